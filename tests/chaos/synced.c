/* Notes what is on disk: after each fsync or fdatasync that worked, the file and its size at the call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *notes = getenv("SYNCED_NOTES");
    struct stat file;
    int known = fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
    int result = real(fd);
    if (result == 0 && known && notes != NULL) {
        char line[64];
        int length = snprintf(line, sizeof line, "%lu %lld\n", (unsigned long)file.st_ino,
                              (long long)file.st_size);
        int out = open(notes, O_WRONLY | O_APPEND | O_CREAT, 0600);
        if (out < 0 || write(out, line, (size_t)length) != length) abort();
        close(out);
    }
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
