/* /proc/PID/maps as a table. Used by target.c and place.c. */
#include "inject.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *file)
{
    size_t capacity = 1 << 16, length = 0;
    char *text = malloc(capacity);
    while (text) {
        size_t got = fread(text + length, 1, capacity - length - 1, file);
        length += got;
        if (got == 0)
            break;
        if (length + 1 == capacity) {
            char *more = realloc(text, capacity *= 2);
            if (!more)
                free(text);
            text = more;
        }
    }
    if (text)
        text[length] = 0;
    return text;
}

static bool parse_line(char *line, struct region *region)
{
    unsigned major, minor;
    char perms[5];
    int path_at = 0;
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &region->start, &region->end,
               perms, &region->offset, &major, &minor, &region->inode, &path_at) < 7)
        return false;
    region->dev = (uint64_t)major << 32 | minor;
    region->readable = perms[0] == 'r';
    region->executable = perms[2] == 'x';
    region->path = path_at > 0 ? line + path_at : line + strlen(line);
    return true;
}

static bool parse_all(struct maps *maps)
{
    size_t lines = 1;
    for (const char *at = maps->text; *at; at++)
        lines += *at == '\n';
    maps->list = calloc(lines, sizeof *maps->list);
    if (!maps->list)
        return false;
    char *save = NULL;
    for (char *line = strtok_r(maps->text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        if (parse_line(line, &maps->list[maps->count]))
            maps->count++;
    return true;
}

bool maps_read(pid_t pid, struct maps *maps, struct failure *why)
{
    char name[64];
    memset(maps, 0, sizeof *maps);
    snprintf(name, sizeof name, "/proc/%d/maps", pid);
    FILE *file = fopen(name, "re");
    if (!file) {
        if (errno == EACCES || errno == EPERM)
            return fail(why, "permission", "may not look into process %d: %s", pid, strerror(errno));
        return fail(why, "no_such_process", "there is no process %d", pid);
    }
    maps->text = read_all(file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed == EACCES || failed == EPERM)
        return fail(why, "permission", "may not look into process %d: %s", pid, strerror(failed));
    if (!maps->text || !parse_all(maps))
        return fail(why, "internal", "no memory");
    return true;
}

void maps_free(struct maps *maps)
{
    free(maps->list);
    free(maps->text);
}

const struct region *maps_at(const struct maps *maps, uint64_t address)
{
    size_t low = 0, high = maps->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (maps->list[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < maps->count && maps->list[low].start <= address)
        return &maps->list[low];
    return NULL;
}
