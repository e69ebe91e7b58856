/*
 * A stand-in for CPython with nothing but its GIL: the same two functions, the same mutex, conditions and words in the
 * same order (Python/ceval_gil.c). So the whole tracer, calibration to goodbye, runs under the address and thread
 * sanitizers, which CPython itself would drown out. Usage: host SOCKET SCENARIO
 */
#define _GNU_SOURCE
#include "../gilscope.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NS 1000000

static struct {
    unsigned long interval;
    void *last_holder;
    int locked;
    unsigned long switch_number;
    pthread_cond_t cond;
    pthread_mutex_t mutex;
    pthread_cond_t switch_cond;
    pthread_mutex_t switch_mutex;
} gil;
static int drop_request;
static _Thread_local int me; /* its address is the thread state */

#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define STORE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)

static void start_gil(void) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&gil.mutex, NULL);
    pthread_mutex_init(&gil.switch_mutex, NULL);
    pthread_cond_init(&gil.cond, &monotonic);
    pthread_cond_init(&gil.switch_cond, &monotonic);
}

__attribute__((noinline)) static void drop_gil(void *thread) {
    pthread_mutex_lock(&gil.mutex);
    STORE(gil.locked, 0);
    pthread_cond_signal(&gil.cond);
    pthread_mutex_unlock(&gil.mutex);
    if (!LOAD(drop_request)) return;
    pthread_mutex_lock(&gil.switch_mutex);
    if (LOAD(gil.last_holder) == thread) {
        STORE(drop_request, 0);
        pthread_cond_wait(&gil.switch_cond, &gil.switch_mutex);
    }
    pthread_mutex_unlock(&gil.switch_mutex);
}

__attribute__((noinline)) static void take_gil(void *thread) {
    pthread_mutex_lock(&gil.mutex);
    while (LOAD(gil.locked)) {
        struct timespec until;
        unsigned long saved = LOAD(gil.switch_number);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += INTERVAL_NS;
        if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
        int result = pthread_cond_timedwait(&gil.cond, &gil.mutex, &until);
        if (result == ETIMEDOUT && LOAD(gil.locked) && LOAD(gil.switch_number) == saved) STORE(drop_request, 1);
    }
    pthread_mutex_lock(&gil.switch_mutex);
    STORE(gil.locked, 1);
    if (LOAD(gil.last_holder) != thread) {
        STORE(gil.last_holder, thread);
        STORE(gil.switch_number, LOAD(gil.switch_number) + 1);
    }
    pthread_cond_signal(&gil.switch_cond);
    pthread_mutex_unlock(&gil.switch_mutex);
    STORE(drop_request, 0);
    pthread_mutex_unlock(&gil.mutex);
}

__attribute__((visibility("default"), noinline)) void *PyEval_SaveThread(void) {
    drop_gil(&me);
    return &me;
}

__attribute__((visibility("default"), noinline)) void PyEval_RestoreThread(void *thread) { take_gil(thread); }

/* The eval loop's way: pre-emption when asked. */
__attribute__((noinline)) static void eval_breaker(void) {
    if (!LOAD(drop_request)) return;
    drop_gil(&me);
    take_gil(&me);
}

static void compute(int rounds) {
    for (int i = 0; i < rounds; i++) {
        for (volatile int spin = 0; spin < 2000; spin++) {}
        eval_breaker();
    }
}

static void blocking(int rounds) {
    for (int i = 0; i < rounds; i++) {
        void *state = PyEval_SaveThread();
        usleep(i % 8 == 0 ? 300 : 1);
        PyEval_RestoreThread(state);
        compute(2);
    }
}

static void *computing_thread(void *rounds) {
    take_gil(&me);
    compute(*(int *)rounds);
    drop_gil(&me);
    return NULL;
}

static void *blocking_thread(void *rounds) {
    take_gil(&me);
    blocking(*(int *)rounds);
    drop_gil(&me);
    return NULL;
}

/* Called with the GIL held, as Thread.join is: lets go of it while joining. */
static void join_all(pthread_t *threads, int count) {
    void *state = PyEval_SaveThread();
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    PyEval_RestoreThread(state);
}

static void mixed_threads(int rounds) {
    pthread_t threads[6];
    for (int i = 0; i < 6; i++) pthread_create(&threads[i], NULL, i < 3 ? computing_thread : blocking_thread, &rounds);
    join_all(threads, 6);
}

static void short_threads(void) {
    int rounds = 3;
    for (int batch = 0; batch < 25; batch++) {
        pthread_t threads[8];
        for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, blocking_thread, &rounds);
        join_all(threads, 8);
    }
}

static void must(bool ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "host: %s failed: %s (%s)\n", what, gs_error(), strerror(errno));
    exit(1);
}

static _Atomic int commands;
static void on_command(const char *json, size_t length) {
    static const char reply[] = "{\"id\":1,\"ok\":true}";
    take_gil(&me);
    must(memmem(json, length, "ping", 4) != NULL, "the command's text");
    gs_send(10, reply, sizeof reply - 1);
    drop_gil(&me);
    commands++;
}

static void start(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct gs_info info = {.size = sizeof info};
    static const char hello[] = "{\"protocol\":1,\"python\":\"host\"}";
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    must(gs_prepare(&info) == GS_OK && info.drop_sites == 1, "gs_prepare");
    must(gs_start(fd, hello, sizeof hello - 1, on_command) == GS_OK, "gs_start");
    close(fd);
}

static bool is_child;

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>

/* The address sanitizer does not hold its allocator's locks over a fork: its search for leaks at the child's exit may wait for one for ever. */
int __lsan_is_turned_off(void) { return is_child; }
#endif

static void forks(void) {
    for (int i = 0; i < 4; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            is_child = true;
            blocking(20);
            must(!gs_running(), "being inert in the child");
            i % 2 ? _exit(3) : exit(3);
        }
        int status = 0;
        must(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3, "the child's exit status");
        mixed_threads(40);
    }
}

static void wait_for_command(void) {
    while (!commands) blocking(5);
    gs_disable_commands();
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    start_gil();
    take_gil(&me);
    gs_configure("tick_ms", 5);
    if (strcmp(argv[2], "overflow") == 0) gs_configure("ring", 16);
    start(argv[1]);
    if (strcmp(argv[2], "mixed") == 0) mixed_threads(400);
    else if (strcmp(argv[2], "overflow") == 0) mixed_threads(400);
    else if (strcmp(argv[2], "short") == 0) short_threads();
    else if (strcmp(argv[2], "fork") == 0) forks();
    else if (strcmp(argv[2], "command") == 0) wait_for_command();
    else if (strcmp(argv[2], "stop") == 0) {
        mixed_threads(100);
        must(gs_stop(0) == GS_OK, "gs_stop");
        mixed_threads(100);
        must(gs_stop(0) == GS_ERR_STATE, "a second gs_stop being refused");
    } else
        return 2;
    return 0;
}
