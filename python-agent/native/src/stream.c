/*
 * The only native thread of ours: about every 20 ms, or sooner when a ring fills, it moves events from the rings to
 * the socket. It never touches Python except through the command callback, never waits for the peer,
 * and wakes by a futex: an eventfd could be closed under us by a daemonising program.
 */
#define _GNU_SOURCE
#include "stream.h"

#include "calls.h"
#include "children.h"
#include "clock.h"
#include "commands.h"
#include "control.h"
#include "drain.h"
#include "encode.h"
#include "glance.h"
#include "impatient.h"
#include "leave.h"
#include "outq.h"
#include "sites.h"
#include "slots.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_BYTES (256u * 1024u)
#define MAIL_BYTES (GS_PAYLOAD_MAX + 64u * 1024u)
#define MODEST_QUEUE (2u << 20)
#define SEND_MAX (256u * 1024u)
#define HIGH_FD 200
#define FORK_TRIES 20 /* of 100 us each */
#define COUNTER_EVERY 1000000000u
#define WATERMARK_AGE 1000000u /* see drain.c */
#define BLOCKED_POLL_MS 5
#define STALLED_MS 1000 /* a final flush gives up when the peer takes nothing for so long */

_Atomic uint32_t gs_wake_word;

static struct {
    pthread_mutex_t lock; /* consumer's side: rings, out, socket */
    pthread_mutex_t mail_lock;
    struct gs_outq out, mail;
    struct gs_sizes sizes;
    int fd;
    dev_t device;
    ino_t inode;
    uint32_t generation, own_serial;
    uint64_t start_ns, next_counter, last_mark, overflow_told;
    _Atomic uint32_t tid;
    _Atomic bool alive, quit, stop_after_callback;
    clockid_t own_clock; /* CPU time of our thread */
    bool own_clock_known;
    _Atomic bool backlog; /* the socket did not take all; read without the lock */
} S = {.lock = PTHREAD_MUTEX_INITIALIZER, .mail_lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static void futex(_Atomic uint32_t *word, int operation, uint32_t value, const struct timespec *timeout) {
    int saved = errno;
    syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
    errno = saved;
}

void gs_wake_consumer(void) {
    if (!atomic_exchange(&gs_wake_word, 1)) futex(&gs_wake_word, FUTEX_WAKE, INT_MAX, NULL);
}

static void sleep_ms(int ms) {
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
    nanosleep(&t, NULL);
}

/* The program may close every descriptor it knows nothing of, and ours may then be somebody else's. */
static bool socket_is_ours(void) {
    struct stat now;
    return S.fd >= 0 && fstat(S.fd, &now) == 0 && now.st_dev == S.device && now.st_ino == S.inode;
}

static void close_socket(void) {
    if (socket_is_ours()) close(S.fd);
    S.fd = -1;
}

/* False when the peer is gone; nothing is ever waited for. */
static bool send_some(void) {
    while (gs_outq_used(&S.out)) {
        size_t bytes = gs_outq_used(&S.out);
        ssize_t sent = send(S.fd, S.out.bytes + S.out.start, bytes < SEND_MAX ? bytes : SEND_MAX, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) gs_outq_taken(&S.out, (size_t)sent);
        else if (sent < 0 && errno == EINTR) continue;
        else return sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    return true;
}

static void make_room(void) {
    if (socket_is_ours()) send_some();
}

static void collect_mail(void) {
    pthread_mutex_lock(&S.mail_lock);
    size_t bytes = gs_outq_used(&S.mail);
    uint8_t *room = bytes ? gs_outq_room(&S.out, bytes, 0) : NULL;
    if (room) {
        memcpy(room, S.mail.bytes + S.mail.start, bytes);
        gs_outq_commit(&S.out, bytes);
        gs_outq_taken(&S.mail, bytes);
    }
    pthread_mutex_unlock(&S.mail_lock);
}

/* One round of everything that goes out. `mark`: the watermark if all events up to it could be taken. */
static void collect(uint64_t mark, bool last) {
    struct gs_drain drain = {.out = &S.out, .generation = S.generation, .last = last, .flush = make_room};
    gs_children_report();
    collect_mail();
    gs_control_gils(&S.out);
    if (last) gs_calls_finish(&S.out, make_room, S.generation);
    bool settled = gs_drain_all(&drain);
    gs_sites_look_around(&S.out, gs_monotonic(), last);
    gs_sites_tell(&S.out);
    gs_control_gils(&S.out);
    gs_control_gone(&S.out);
    if (settled && mark > S.start_ns) {
        gs_control_watermark(&S.out, mark);
        S.last_mark = mark;
    }
    uint64_t overflow = gs_slots_overflow();
    if (overflow != S.overflow_told && (last || mark >= S.next_counter)) gs_control_overflow(&S.out, S.overflow_told = overflow);
    if (last || mark >= S.next_counter) {
        gs_control_counters(&S.out, last);
        S.next_counter = mark + COUNTER_EVERY;
    }
}

/* False when streaming is over. */
static bool round_of_streaming(void) {
    bool going = false;
    pthread_mutex_lock(&S.lock);
    if (!atomic_load(&S.quit) && socket_is_ours()) {
        atomic_store(&gs_wake_word, 0);
        collect(gs_monotonic() - WATERMARK_AGE, false);
        going = send_some();
        atomic_store(&S.backlog, gs_outq_used(&S.out) != 0);
    }
    pthread_mutex_unlock(&S.lock);
    return going;
}

static void look_around(uint64_t now) {
    pthread_mutex_lock(&S.lock);
    if (!atomic_load(&S.quit)) gs_sites_look_around(&S.out, now, false);
    pthread_mutex_unlock(&S.lock);
}

/* Meanwhile the agent's ticks are served, and looks are taken, which are no reason to stream sooner. */
static void wait_for_work(void) {
    struct pollfd p = {.fd = S.fd, .events = POLLOUT};
    uint64_t now = gs_monotonic(), end = now + S.sizes.tick_ms * 1000000ull;
    if (atomic_load(&S.backlog)) poll(&p, 1, BLOCKED_POLL_MS);
    do {
        uint64_t round = gs_glance_tick(now), next = gs_commands_tick(now), until = next < end ? next : end;
        if (round < until) until = round;
        now = gs_monotonic();
        if (now >= gs_sites_next_look()) look_around(now);
        if (gs_sites_next_look() < until) until = gs_sites_next_look();
        if (atomic_load(&S.backlog) || now >= end) return;
        if (until <= now) continue;
        struct timespec pause = {0, (long)(until - now)};
        futex(&gs_wake_word, FUTEX_WAIT, 0, &pause);
        now = gs_monotonic();
    } while (now < end && !atomic_load(&gs_wake_word));
}

static void *stream(void *unused) {
    (void)unused;
    prctl(PR_SET_NAME, "gilscope");
    gs_impatient = true; /* its callbacks: a command must not wait for ever */
    atomic_store(&S.tid, (uint32_t)syscall(SYS_gettid));
    gs_slots_set_own_tid(atomic_load(&S.tid));
    pthread_mutex_lock(&S.lock);
    S.own_clock_known = pthread_getcpuclockid(pthread_self(), &S.own_clock) == 0;
    gs_control_own_thread(&S.out, S.own_serial, atomic_load(&S.tid));
    pthread_mutex_unlock(&S.lock);
    while (round_of_streaming() && gs_commands_read(S.fd) && !atomic_load(&S.stop_after_callback) && !atomic_load(&S.quit))
        wait_for_work();
    if (atomic_load(&S.stop_after_callback)) gs_session_deferred_stop();
    else if (!atomic_load(&S.quit)) gs_session_broken(socket_is_ours());
    pthread_mutex_lock(&S.lock);
    gs_slots_close();
    gs_stream_close();
    pthread_mutex_unlock(&S.lock);
    atomic_store(&S.tid, 0);
    atomic_store(&gs_own_threads, 0);
    atomic_store(&S.alive, false);
    return NULL;
}

static int duplicate(int fd) {
    struct stat now;
    S.fd = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
    if (S.fd < 0) S.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (S.fd < 0 || fstat(S.fd, &now) != 0 || !S_ISSOCK(now.st_mode)) return -1;
    S.device = now.st_dev;
    S.inode = now.st_ino;
    return 0;
}

int gs_stream_open(int fd, const char *hello, size_t length, uint64_t start_ns, const struct gs_sizes *sizes, const char **why) {
    S.sizes = *sizes;
    if (S.sizes.queue > MODEST_QUEUE && gs_memory_limited()) S.sizes.queue = MODEST_QUEUE;
    S.start_ns = start_ns;
    S.next_counter = start_ns + COUNTER_EVERY;
    S.overflow_told = 0;
    gs_sites_open();
    if (duplicate(fd) != 0) *why = "the socket to gilscope could not be duplicated";
    else if (!gs_outq_open(&S.out, S.sizes.queue) || !gs_outq_open(&S.mail, MAIL_BYTES)) *why = "no memory for the tracer's queue";
    else if (!gs_control_hello(&S.out, hello, length, start_ns)) *why = "the HELLO payload is not a JSON object";
    else {
        /* Not left to the thread: a short recording may be over before it first runs. */
        gs_control_state(&S.out);
        send_some(); /* HELLO goes out even if the program's next act is to close every descriptor */
        return GS_OK;
    }
    if (S.fd >= 0) close(S.fd);
    S.fd = -1;
    gs_stream_close();
    return GS_ERR_SYSTEM;
}

void gs_stream_close(void) {
    close_socket();
    gs_outq_close(&S.out);
    pthread_mutex_lock(&S.mail_lock);
    gs_outq_close(&S.mail);
    pthread_mutex_unlock(&S.mail_lock);
}

int gs_stream_run(uint32_t generation, uint32_t own_serial, gs_command_cb callback, const char **why) {
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    S.generation = generation;
    S.own_serial = own_serial;
    S.own_clock_known = false;
    atomic_store(&S.quit, false);
    atomic_store(&S.stop_after_callback, false);
    gs_commands_open(callback);
    gs_glance_open();
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    /* Detached: whoever waits for its end waits with a bound, and must not be obliged to join. */
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_store(&S.alive, true);
    atomic_store(&gs_own_threads, 1);
    int failed = pthread_create(&thread, &attributes, stream, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (!failed) return GS_OK;
    atomic_store(&S.alive, false);
    atomic_store(&gs_own_threads, 0);
    gs_stream_close();
    *why = "the streaming thread could not be started";
    return GS_ERR_SYSTEM;
}

static bool lock_within(int timeout_ms) {
    for (int waited = 0; pthread_mutex_trylock(&S.lock) != 0; waited++) {
        if (waited >= timeout_ms) return false;
        sleep_ms(1);
    }
    return true;
}

void gs_stream_with_queue(void (*act)(struct gs_outq *, void (*)(void), uint32_t), int timeout_ms) {
    if (!lock_within(timeout_ms)) return;
    if (!atomic_load(&S.quit) && S.out.bytes) act(&S.out, make_room, S.generation);
    pthread_mutex_unlock(&S.lock);
}

/* Until all is sent, the time is over, or the peer has stopped reading. */
static void flush(int timeout_ms) {
    uint64_t now = gs_monotonic(), end = now + (uint64_t)timeout_ms * 1000000u, progress = now;
    size_t left = gs_outq_used(&S.out);
    while (left && now < end && now - progress < STALLED_MS * 1000000ull && socket_is_ours() && send_some()) {
        if (gs_outq_used(&S.out) < left) progress = now;
        left = gs_outq_used(&S.out);
        struct pollfd p = {.fd = S.fd, .events = POLLOUT};
        if (left) poll(&p, 1, 10);
        now = gs_monotonic();
    }
}

/* Whoever says goodbye, it is our thread's time that is told. */
static uint64_t own_cpu(void) { return S.own_clock_known && atomic_load(&S.alive) ? gs_clock(S.own_clock) : 0; }

bool gs_stream_finish(const char *reason, int timeout_ms) {
    bool first = false;
    if (!lock_within(timeout_ms)) {
        atomic_store(&S.quit, true);
        return false;
    }
    if (!atomic_exchange(&S.quit, true) && socket_is_ours()) {
        first = true;
        collect(gs_monotonic(), true);
        gs_control_goodbye(&S.out, reason, own_cpu());
        flush(timeout_ms);
        if (socket_is_ours()) shutdown(S.fd, SHUT_WR);
    }
    pthread_mutex_unlock(&S.lock);
    gs_wake_consumer();
    return first;
}

bool gs_stream_wait(int timeout_ms) {
    for (int waited = 0; atomic_load(&S.alive) && waited < timeout_ms; waited++) sleep_ms(1);
    return !atomic_load(&S.alive);
}

bool gs_stream_alive(void) { return atomic_load(&S.alive); }
bool gs_stream_on_thread(void) { return atomic_load(&S.alive) && (uint32_t)syscall(SYS_gettid) == atomic_load(&S.tid); }
uint32_t gs_stream_tid(void) { return atomic_load(&S.tid); }
void gs_stream_stop_after_callback(void) { atomic_store(&S.stop_after_callback, true); }

bool gs_stream_post(unsigned kind, const void *payload, size_t length) {
    if (length > GS_PAYLOAD_MAX) return false;
    pthread_mutex_lock(&S.mail_lock);
    bool queued = gs_outq_frame(&S.mail, kind, payload, length);
    pthread_mutex_unlock(&S.mail_lock);
    return queued;
}

void gs_stream_refuse(const char *command, size_t length, const char *error) {
    pthread_mutex_lock(&S.mail_lock);
    gs_control_refuse(&S.mail, command, length, error);
    pthread_mutex_unlock(&S.mail_lock);
}

bool gs_stream_before_fork(void) {
    struct timespec pause = {0, 100000};
    for (int i = 0; i < FORK_TRIES; i++) {
        if (pthread_mutex_trylock(&S.lock) == 0) return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void gs_stream_after_fork(void) { pthread_mutex_unlock(&S.lock); }

void gs_stream_child(void) {
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    S.lock = S.mail_lock = fresh;
    close_socket();
    /* The memory is the parent's pages, shared until written; giving it back is all that is left to do. */
    gs_outq_close(&S.out);
    gs_outq_close(&S.mail);
    atomic_store(&S.tid, 0);
    atomic_store(&S.alive, false);
    atomic_store(&gs_own_threads, 0);
}
