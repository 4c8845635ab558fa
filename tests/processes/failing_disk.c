/* A disk that fails: stands before libc (LD_PRELOAD) and refuses writes to the files of a database.
 *
 * The file that FAILING_DISK names holds two 64-bit numbers, which the test and the service share. The first is
 * 0: the disk is well; n > 0: n - 1 more writes succeed; -1: every write fails, since one has failed.
 * The second counts how often the service has waited for the disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static _Atomic long *left, *waits;

__attribute__((constructor)) static void share(void) {
    const char *path = getenv("FAILING_DISK");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *shared = mmap(NULL, 2 * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) {
        left = shared;
        waits = left + 1;
    }
    close(file);
}

static int is_of_database(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "latchkey.db") != NULL;
}

/* Whether this write fails. */
static int fails(int file) {
    if (!left || atomic_load(left) == 0 || !is_of_database(file)) return 0;
    long now = atomic_load(left);
    while (now > 0) {
        long next = now == 1 ? -1 : now - 1;
        if (atomic_compare_exchange_weak(left, &now, next)) {
            now = next;
            if (next > 0) return 0;
            break;
        }
    }
    if (now == 0) return 0;
    errno = ENOSPC;
    return 1;
}

static void count_wait(int file) {
    if (waits && is_of_database(file)) atomic_fetch_add(waits, 1);
}

/* The function of libc that this one stands before. */
#define REAL(of) \
    static __typeof__(of) *real; \
    if (!real) real = (__typeof__(of) *)dlsym(RTLD_NEXT, #of)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    return fails(file) ? -1 : real(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REAL(pwrite);
    return fails(file) ? -1 : real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    return fails(file) ? -1 : real(file, bytes, count, at);
}

int ftruncate(int file, off_t length) {
    REAL(ftruncate);
    return fails(file) ? -1 : real(file, length);
}

int ftruncate64(int file, off64_t length) {
    REAL(ftruncate64);
    return fails(file) ? -1 : real(file, length);
}

int fsync(int file) {
    REAL(fsync);
    count_wait(file);
    return fails(file) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(fdatasync);
    count_wait(file);
    return fails(file) ? -1 : real(file);
}
