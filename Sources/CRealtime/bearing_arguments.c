#include "bearing_arguments.h"

#include <stddef.h>

static int kept;
static char **list;

void bearing_arguments_keep(int count, char **words) {
    kept = count;
    list = words;
}

int bearing_arguments_count(void) { return kept; }

const char *bearing_argument(int index) { return index >= 0 && index < kept ? list[index] : NULL; }
