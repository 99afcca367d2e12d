#define _GNU_SOURCE
#include "CTestHooks.h"

#include <errno.h>
#include <stddef.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

/* initial-exec: reaching it never allocates. */
static _Thread_local __attribute__((tls_model("initial-exec"))) int counting;
static _Thread_local __attribute__((tls_model("initial-exec"))) long count;

static void note(void) {
    if (counting) count += 1;
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
/* A sanitizer has its own malloc, and calls whoever wants to know. */
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*made)(const volatile void *, size_t), void (*freed)(const volatile void *));

static void note_made(const volatile void *place, size_t size) {
    (void)place;
    (void)size;
    note();
}

static void note_freed(const volatile void *place) { (void)place; }

__attribute__((constructor)) static void listen(void) {
    __sanitizer_install_malloc_and_free_hooks(note_made, note_freed);
}
#endif

void bearing_allocations_start(void) {
    count = 0;
    counting = 1;
}

long bearing_allocations_stop(void) {
    counting = 0;
    return count;
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
/* The test bundle is an executable, so its definitions come before those of the C library, whose own stay reachable
   under these names. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    note();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *made = memalign(alignment, size);
    if (made == NULL) return ENOMEM;
    *result = made;
    return 0;
}
#endif
