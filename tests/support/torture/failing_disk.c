/* A disk with a bad place: calls that write to chosen files end with EIO, and so do syncs.

   FAILING_DISK    what the path of a file that counts begins with
   FAILING_FROM    the first call that fails, counted from 0 in each process; none without it
   FAILING_UNTIL   the first one after it that works again; none without it
   FAILING_LOG     a file: gets a line for each call that counts, "NAME" or "NAME failed"

   Preloaded (ld.so(8)). The variables are read at each call: a fork gets its own. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static int is_chosen(int fd)
{
    const char *prefix = getenv("FAILING_DISK");
    char link[64], path[4096];
    if (!prefix)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    return length > 0 && (size_t)length >= strlen(prefix) && !strncmp(path, prefix, strlen(prefix));
}

static long limit(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static int fails(const char *name, int fd)
{
    int before = errno;
    if (!is_chosen(fd)) {
        errno = before;
        return 0;
    }
    long call = __atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);
    long from = limit("FAILING_FROM", -1);
    int failed = from >= 0 && call >= from && call < limit("FAILING_UNTIL", 1L << 40);
    const char *log = getenv("FAILING_LOG");
    if (log) {
        char line[64];
        int length = snprintf(line, sizeof line, "%s%s\n", name, failed ? " failed" : "");
        int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        syscall(SYS_write, file, line, length);
        syscall(SYS_close, file);
    }
    errno = failed ? EIO : before;
    return failed;
}

ssize_t write(int fd, const void *data, size_t size)
{
    return fails("write", fd) ? -1 : syscall(SYS_write, fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    return fails("write", fd) ? -1 : syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return pwrite64(fd, data, size, at);
}

int ftruncate64(int fd, off64_t size)
{
    return fails("truncate", fd) ? -1 : syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int fsync(int fd)
{
    return fails("sync", fd) ? -1 : syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails("sync", fd) ? -1 : syscall(SYS_fdatasync, fd);
}
