/* Counts what held; `counted` prints the counts as run.mjs reads them and gives the exit status. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>

static int passed, failed;

#define CHECK(condition, name) check((condition), (name), __FILE__, __LINE__)
static void check(bool ok, const char *name, const char *file, int line) {
    if (ok) passed++;
    else {
        failed++;
        printf("not ok: %s (%s:%d)\n", name, file, line);
    }
}

static int counted(void) {
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}

#endif
