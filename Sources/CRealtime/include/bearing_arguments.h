/* The words of the command line, as the C library passes them before `main`.
 *
 * Swift's runtime searches for them in memory before the environment, which a library that is loaded before it may have moved: then it finds
 * none. */
#ifndef BEARING_ARGUMENTS_H
#define BEARING_ARGUMENTS_H

/* Called once, before `main`. */
void bearing_arguments_keep(int count, char **words);

/* The program's name included. */
int bearing_arguments_count(void);

/* NULL beyond the last. */
const char *bearing_argument(int index);

#endif
