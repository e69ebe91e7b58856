/*
 * gilscope-inject PID LIBRARY CONFIG [SECONDS]
 *
 * Loads LIBRARY into process PID and calls gs_attach(CONFIG) there; both paths as the target sees them. Says what came of it in
 * one line of JSON on standard output; exit status 0 when it worked, 1 when not, 2 when it was called wrongly.
 * Run by src/engine/discovery/attach.ts. Needs the permissions of ptrace.
 */
#include "inject.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define DEFAULT_SECONDS 2.0

bool fail(struct failure *why, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof why->text, format, args);
    va_end(args);
    why->code = code;
    return false;
}

static void put_string(const char *text)
{
    putchar('"');
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if (*at < 0x20 || *at == 0x7f)
            printf("\\u%04x", *at);
        else
            putchar(*at);
    }
    putchar('"');
}

static int report(const struct failure *why, const struct target *target, const struct found *found, int64_t began_us)
{
    if (why->code) {
        printf("{\"ok\":false,\"code\":\"%s\",\"message\":", why->code);
        put_string(why->text);
        printf(",\"tries\":%u}\n", found->tries);
        return 1;
    }
    int64_t now = now_us();
    printf("{\"ok\":true,\"way\":\"ptrace\",\"stopped_us\":%lld,\"total_us\":%lld,\"tid\":%d,\"tries\":%u,\"place\":\"%s\","
           "\"loaded\":%s,\"python\":",
           (long long)(now - found->since_us), (long long)(now - began_us), found->tid, found->tries, found->place,
           target->fn_attach ? "false" : "true");
    put_string(target->python);
    printf("}\n");
    return 0;
}

/*
 * Ctrl-C in a terminal reaches the whole process group: it must not end us between two steps. And while a thread stands
 * still for us nothing is more urgent, if we are allowed to say so.
 */
static void go_undisturbed(void)
{
    sigset_t all;
    setpriority(PRIO_PROCESS, 0, -20);
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
}

static bool good_path(const char *path)
{
    return path[0] == '/' && strlen(path) < PATH_MAX;
}

int main(int argc, char **argv)
{
    int64_t began = now_us();
    struct failure why = {0};
    struct target target = {0};
    struct found found = {0};
    char *end = NULL;
    long pid = argc > 1 ? strtol(argv[1], &end, 10) : 0;
    double seconds = argc > 4 ? strtod(argv[4], NULL) : DEFAULT_SECONDS;
    if (argc < 4 || argc > 5 || pid <= 0 || pid > INT_MAX || *end || !good_path(argv[2]) || !good_path(argv[3]) ||
        !(seconds > 0 && seconds <= 60)) {
        fprintf(stderr, "usage: gilscope-inject PID /LIBRARY /CONFIG [SECONDS]\n");
        return 2;
    }
    go_undisturbed();
    bool done = target_check((pid_t)pid, &why) && target_open((pid_t)pid, argv[2], &target, &why) &&
                choose_thread(&target, began + (int64_t)(seconds * 1e6), &found, &why) &&
                enter(&target, &found, argv[2], argv[3], &why);
    if (!done && !why.code)
        fail(&why, "internal", "no reason given");
    int status = report(&why, &target, &found, began);
    target_close(&target);
    return status;
}
