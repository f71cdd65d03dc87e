/* A disk that can be cut off at any call: preloaded into a process of a test, it stands between the program (SQLite
 * too) and the system. It counts the calls by which something reaches a medium or a device, and at the one it is told
 * kills the process, tears the write, loses what was not synced as a power cut may, or fails from there on.
 *
 * Watched are files below one folder, and terminals (the printer's line). Built and used by fault_worker.py alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum mode { COUNT, KILL, TEAR, LOSE, FAIL };
enum kind { WRITTEN, CREATED, RENAMED, UNLINKED };

struct undo {
    enum kind kind;
    int file;         /* WRITTEN: an own descriptor */
    ino_t inode;      /* WRITTEN */
    off_t at, size;   /* WRITTEN: where, and how long the file was */
    size_t length;
    char *before;
    char path[512], from[512], kept[512];
};

static int armed, mode, after, seen, error_number, subset;
static char root[512], attic[512];
static struct undo *log_;
static size_t logged, room, backups;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void undo_all(void);

static int below_root(const char *path) {
    return strncmp(path, root, strlen(root)) == 0 && strncmp(path, attic, strlen(attic)) != 0;
}

static int absolute(int folder, const char *path, char *out) {
    char base[400], link[64];
    if (path[0] == '/') {
        snprintf(out, 512, "%s", path);
        return 1;
    }
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return 0;
        base[n] = 0;
    }
    snprintf(out, 512, "%s/%.100s", base, path);
    return 1;
}

static int watched(int fd) {
    char link[64], path[512];
    if (!armed) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return below_root(path) || (mode != FAIL && strncmp(path, "/dev/pts/", 9) == 0);
}

/* Counts a call; returns 1 where it must fail. */
static int step(void) {
    int number = seen++;
    if (mode == FAIL && number >= after) {
        errno = error_number;
        return 1;
    }
    if (number != after || mode == COUNT || mode == TEAR || mode == FAIL) return 0;
    if (mode == LOSE) undo_all();
    kill(getpid(), SIGKILL);
    pause();
    return 1;
}

static struct undo *record(enum kind kind) {
    if (logged == room) {
        room = room ? room * 2 : 256;
        log_ = realloc(log_, room * sizeof *log_);
    }
    struct undo *one = &log_[logged++];
    memset(one, 0, sizeof *one);
    one->kind = kind;
    one->file = -1;
    return one;
}

static void keep(const char *path, char *kept) {
    snprintf(kept, 512, "%.480s/%zu", attic, backups++);
    if (link(path, kept) != 0) kept[0] = 0;
}

static void remember_write(int fd, off_t at, size_t length) {
    char name[64];
    struct stat about;
    if (mode != LOSE || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    struct undo *one = record(WRITTEN);
    one->file = REAL(open)(name, O_RDWR | O_CLOEXEC);
    one->inode = about.st_ino;
    one->at = at;
    one->size = about.st_size;
    one->length = length;
    one->before = malloc(length ? length : 1);
    ssize_t got = pread(one->file, one->before, length, at);
    one->length = got > 0 ? (size_t)got : 0;
}

static void synced(int fd) {
    struct stat about;
    char link[64], folder[512] = "";
    if (mode != LOSE || fstat(fd, &about) != 0) return;
    if (S_ISDIR(about.st_mode)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, folder, sizeof folder - 1);
        folder[n < 0 ? 0 : n] = 0;
    }
    size_t kept = 0;
    for (size_t i = 0; i < logged; i++) {
        struct undo *one = &log_[i];
        const char *slash = strrchr(one->path, '/');
        int safe = one->kind == WRITTEN ? one->inode == about.st_ino
                                        : folder[0] && slash && strlen(folder) == (size_t)(slash - one->path) &&
                                              strncmp(one->path, folder, strlen(folder)) == 0;
        if (safe) {
            if (one->file >= 0) close(one->file);
            free(one->before);
        } else {
            log_[kept++] = *one;
        }
    }
    logged = kept;
}

static void undo_one(struct undo *one) {
    switch (one->kind) {
    case WRITTEN:
        if (one->length) REAL(pwrite64)(one->file, one->before, one->length, one->at);
        REAL(ftruncate64)(one->file, one->size);
        break;
    case CREATED:
        REAL(unlink)(one->path);
        break;
    case RENAMED:
        REAL(rename)(one->path, one->from);
        if (one->kept[0]) REAL(rename)(one->kept, one->path);
        break;
    case UNLINKED:
        if (one->kept[0]) REAL(rename)(one->kept, one->path);
        break;
    }
}

/* What was never synced is gone; with ``subset`` set, some of it is, as on a disk that had begun. */
static void undo_all(void) {
    srand((unsigned)subset);
    for (size_t i = logged; i-- > 0;)
        if (!subset || rand() % 2) undo_one(&log_[i]);
}

static ssize_t some(int fd, const void *data, size_t length, off_t at, int positioned) {
    if (watched(fd)) {
        if (step()) return -1;
        off_t where = positioned ? at : lseek(fd, 0, SEEK_CUR);
        if (mode == TEAR && seen - 1 == after) {
            if (positioned)
                REAL(pwrite64)(fd, data, length / 2, at);
            else
                REAL(write)(fd, data, length / 2);
            kill(getpid(), SIGKILL);
            pause();
        }
        if (where >= 0) remember_write(fd, where, length);
    }
    return positioned ? REAL(pwrite64)(fd, data, length, at) : REAL(write)(fd, data, length);
}

ssize_t write(int fd, const void *data, size_t length) { return some(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return some(fd, data, length, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return some(fd, data, length, at, 1); }

int fsync(int fd) {
    if (watched(fd) && step()) return -1;
    int done = REAL(fsync)(fd);
    if (armed && done == 0) synced(fd);
    return done;
}

int fdatasync(int fd) {
    if (watched(fd) && step()) return -1;
    int done = REAL(fdatasync)(fd);
    if (armed && done == 0) synced(fd);
    return done;
}

int ftruncate64(int fd, off64_t size) {
    struct stat about;
    if (watched(fd)) {
        if (step()) return -1;
        if (fstat(fd, &about) == 0 && about.st_size > size) remember_write(fd, size, (size_t)(about.st_size - size));
    }
    return REAL(ftruncate64)(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int removed(int folder, const char *path) {
    char name[512];
    if (armed && absolute(folder, path, name) && below_root(name)) {
        if (step()) return -1;
        if (mode == LOSE) {
            struct undo *one = record(UNLINKED);
            snprintf(one->path, sizeof one->path, "%s", name);
            keep(name, one->kept);
        }
    }
    return 0;
}

int unlink(const char *path) { return removed(AT_FDCWD, path) ? -1 : REAL(unlink)(path); }

int unlinkat(int folder, const char *path, int flags) {
    return removed(folder, path) ? -1 : REAL(unlinkat)(folder, path, flags);
}

static int moved(int from_folder, const char *from, int to_folder, const char *to) {
    char source[512], target[512];
    if (armed && absolute(from_folder, from, source) && absolute(to_folder, to, target) && below_root(target)) {
        if (step()) return -1;
        if (mode == LOSE) {
            struct undo *one = record(RENAMED);
            snprintf(one->path, sizeof one->path, "%s", target);
            snprintf(one->from, sizeof one->from, "%s", source);
            keep(target, one->kept);
        }
    }
    return 0;
}

int rename(const char *from, const char *to) {
    return moved(AT_FDCWD, from, AT_FDCWD, to) ? -1 : REAL(rename)(from, to);
}

int renameat(int a, const char *from, int b, const char *to) {
    return moved(a, from, b, to) ? -1 : REAL(renameat)(a, from, b, to);
}

static int creates(int folder, const char *path, int flags) {
    char name[512];
    if (!armed || !(flags & O_CREAT) || !absolute(folder, path, name) || !below_root(name)) return 0;
    if (access(name, F_OK) == 0) return 0;
    if (step()) return -1;
    if (mode == LOSE) snprintf(record(CREATED)->path, 512, "%s", name);
    return 0;
}

#define OPENS(name)                                                   \
    int name(const char *path, int flags, ...) {                      \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode_t bits = flags & O_CREAT ? va_arg(rest, mode_t) : 0;     \
        va_end(rest);                                                 \
        return creates(AT_FDCWD, path, flags) ? -1 : REAL(name)(path, flags, bits); \
    }
#define OPENS_AT(name)                                                \
    int name(int folder, const char *path, int flags, ...) {          \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode_t bits = flags & O_CREAT ? va_arg(rest, mode_t) : 0;     \
        va_end(rest);                                                 \
        return creates(folder, path, flags) ? -1 : REAL(name)(folder, path, flags, bits); \
    }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

/* What the test calls. */

void faulty_arm(const char *folder, const char *backup, int how, int at, int number, int some_only) {
    snprintf(root, sizeof root, "%s", folder);
    snprintf(attic, sizeof attic, "%s", backup);
    mode = how;
    after = at;
    seen = 0;
    error_number = number;
    subset = some_only;
    armed = 1;
}

int faulty_disarm(void) {
    armed = 0;
    return seen;
}
