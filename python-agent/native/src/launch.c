/*
 * Tells a Python interpreter from other programs by file and name, and its command line's way of shutting out the
 * environment. A wrong "Python" would show our variables to a stranger, so what is not sure is not Python.
 */
#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 256

static dev_t own_device;
static ino_t own_inode;

void gs_launch_setup(void) {
    struct stat own;
    if (stat("/proc/self/exe", &own) != 0) return;
    own_device = own.st_dev;
    own_inode = own.st_ino;
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* python, python3, python3.12, python3.12d; not python3-config, not pythonw-something. */
static bool named_python(const char *name) {
    if (strncmp(name, "python", 6) != 0) return false;
    const char *at = name + 6;
    at += strspn(at, "0123456789.");
    at += strspn(at, "dmut");
    return *at == 0;
}

/* Whether an option such as -Es, -Ic or -W shuts us out; *value: the option takes the next argument. *last: the options end here. */
static bool isolating(const char *option, bool *value, bool *last) {
    bool found = false;
    *value = *last = false;
    if (option[0] != '-' || option[1] == 0 || strcmp(option, "--") == 0) {
        *last = true;
        return false;
    }
    if (option[1] == '-') {
        *value = strcmp(option, "--check-hash-based-pycs") == 0;
        return false;
    }
    for (const char *c = option + 1; *c; c++) {
        if (*c == 'I' || *c == 'E' || *c == 'S') found = true;
        if (*c == 'c' || *c == 'm') *last = true;
        if (*c == 'W' || *c == 'X' || *c == 'Q') *value = c[1] == 0;
        if (strchr("cmWXQ", *c)) break; /* the rest is that option's value */
    }
    return found;
}

static enum gs_launch judge_options(char *const argv[]) {
    bool value = false, last = false;
    for (int i = argv && argv[0] ? 1 : 0; argv && argv[i] && !last; i++) {
        if (isolating(argv[i], &value, &last)) return GS_ISOLATED;
        if (value && argv[i + 1]) i++;
    }
    return GS_PYTHON;
}

/* The next word of a line in place; NULL at its end. */
static char *word(char **at) {
    char *start = *at + strspn(*at, " \t");
    if (*start == 0) return NULL;
    char *end = start + strcspn(start, " \t");
    *at = *end ? end + 1 : end;
    *end = 0;
    return start;
}

/* "#!/usr/bin/env -S python3 -u" or "#!/opt/bin/python3 -Es". */
static enum gs_launch judge_line(char *line) {
    bool value, last;
    char *program = word(&line), *option;
    if (program && strcmp(base_of(program), "env") == 0) {
        do program = word(&line);
        while (program && (program[0] == '-' || strchr(program, '=')));
    }
    if (!program || !named_python(base_of(program))) return GS_OTHER;
    while ((option = word(&line)) != NULL)
        if (isolating(option, &value, &last)) return GS_ISOLATED;
    return GS_PYTHON;
}

static enum gs_launch judge_script(const char *path) {
    char text[LINE_MAX_BYTES + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return GS_OTHER;
    ssize_t got = read(file, text, LINE_MAX_BYTES);
    close(file);
    if (got < 3 || text[0] != '#' || text[1] != '!') return GS_OTHER;
    text[got] = 0;
    text[strcspn(text, "\r\n")] = 0;
    return judge_line(text + 2);
}

enum gs_launch gs_launch_judge(const char *path, char *const argv[]) {
    struct stat file;
    int saved = errno;
    enum gs_launch found = GS_OTHER;
    if (path && stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
        bool same = own_inode && file.st_dev == own_device && file.st_ino == own_inode;
        found = same || named_python(base_of(path)) ? judge_options(argv) : judge_script(path);
    }
    errno = saved;
    return found;
}
