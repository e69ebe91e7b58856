/*
 * gilscope-inject: enters a live process for about a millisecond and leaves.
 * What the files of this helper share. Started by src/engine/discovery/attach.ts;
 * see README.md for the order of steps and what happens when it is killed.
 */
#ifndef GS_INJECT_H
#define GS_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Why it failed: a code that attach.ts turns into a message with a remedy, and what was seen. */
struct failure {
    const char *code; /* NULL: nothing failed */
    char text[600];
};
/* Notes the failure and returns false, so that `return fail(...)` reads well. */
bool fail(struct failure *why, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- clock.c: CLOCK_MONOTONIC in microseconds ---- */
int64_t now_us(void);
void nap_us(int64_t us);

/* ---- maps.c: what is mapped where ---- */
struct region {
    uint64_t start, end, offset;
    uint64_t dev, inode;
    bool readable, executable;
    char *path; /* "" for anonymous memory */
};
struct maps {
    struct region *list;
    size_t count;
    char *text;
};
bool maps_read(pid_t pid, struct maps *maps, struct failure *why);
void maps_free(struct maps *maps);
const struct region *maps_at(const struct maps *maps, uint64_t address);

/* ---- memory.c: the target's memory, without stopping it ---- */
bool mem_read(pid_t pid, uint64_t address, void *into, size_t length);
bool mem_write(pid_t pid, uint64_t address, const void *from, size_t length);
/* Up to length - 1 bytes of a C string; "" when it cannot be read. */
void mem_text(pid_t pid, uint64_t address, char *into, size_t length);

/* ---- image.c: an ELF object as the loader mapped it. Memory is the truth: the file may have been replaced ---- */
struct image {
    pid_t pid;
    uint64_t base, bias;
    uint64_t symtab, strtab, gnu_hash, sysv_hash;
    uint8_t build_id[32];
    size_t build_id_length;
};
bool image_open(pid_t pid, uint64_t base, struct image *image);
/* Address of a defined dynamic symbol, or 0. */
uint64_t image_symbol(const struct image *image, const char *name);
/* Build id of an ELF file on disk; 0 when it has none. */
size_t file_build_id(const char *path, uint8_t *into, size_t capacity);

/* ---- target.c, status.c: what the target consists of, what state it is in ---- */
struct span {
    uint64_t start, end;
};
struct target {
    pid_t pid;
    struct maps maps;
    char python[512];         /* path of the object that holds the interpreter */
    uint64_t python_dev, python_inode;
    bool python_allocates;    /* that object defines malloc itself */
    bool foreign_allocator;   /* some other object does */
    struct span libc, loader; /* with their data and bss */
    uint64_t fn_dlopen, fn_dlerror, fn_mmap, fn_munmap, fn_errno;
    uint64_t fn_attach;       /* of a library of ours that is there already, or 0 */
    bool stale_library;       /* LIB's path is mapped, but from another build */
    uint64_t trap;            /* an int3 to return to when SIGSEGV is ignored; else 0 */
};
bool target_check(pid_t pid, struct failure *why); /* alive, ours to enter, not stopped */
bool target_open(pid_t pid, const char *library, struct target *target, struct failure *why);
void target_close(struct target *target);
/* A line of /proc/PID/[task/TID/]status as a number in the given base; -1 when missing. */
int64_t status_number(pid_t pid, pid_t tid, const char *key, int base);
char task_state(pid_t pid, pid_t tid); /* R S D T t Z X, or 0 when gone */
int task_core(pid_t pid, pid_t tid);   /* where it ran last, or -1 */

/* ---- arch_*.c: registers ---- */
struct registers; /* general registers and the extended state */
struct registers *registers_new(void);
bool registers_get(pid_t tid, struct registers *regs);
bool registers_set(pid_t tid, const struct registers *regs);
/* General registers changed so that `function(args...)` runs on `stack` and returns to `back`. */
bool registers_call(pid_t tid, const struct registers *from, uint64_t function, const uint64_t args[6], uint64_t stack,
                    uint64_t back);
/* Where a thread that has stopped stands, and what a finished call returned. */
struct stand {
    uint64_t pc, sp, result;
    long syscall; /* the system call it was taken out of, or -1 */
    uint64_t args[6];
    bool interrupted; /* that call had not finished: the kernel would restart it */
    bool eintr;       /* ... or it would see EINTR, only because we interrupted it */
};
bool registers_stand(pid_t tid, struct stand *stand);
/* In `regs`: have the interrupted system call made again, as if nobody had come. */
void registers_rewind(struct registers *regs);
extern const uint64_t RED_ZONE;
extern const uint16_t OWN_MACHINE; /* e_machine of ELF files this helper can enter */
/* An instruction in [from, to) that traps, or 0. */
uint64_t find_trap(pid_t pid, uint64_t from, uint64_t to);

/* ---- calls.c: which system calls a thread may be taken out of ---- */
enum call_kind {
    CALL_UNSAFE,  /* may be inside an allocator or the loader, or consumes something */
    CALL_PLAIN,   /* blocking, made again by the kernel or by registers_rewind */
    CALL_TIMED,   /* blocking with a time limit that only its caller can recompute: EINTR stays */
    CALL_LOCK     /* a futex that could be an allocator's lock: only when its address says it is not */
};
enum call_kind call_kind(long number, const uint64_t args[6]);

/* ---- stop.c: one thread, stopped and let go ---- */
/* STOP_LATER: it has been asked and will stop; until then it cannot be let go, except by our own end. */
enum stop_result { STOP_OK, STOP_GONE, STOP_BUSY, STOP_LATER, STOP_REFUSED };
enum stop_result thread_stop(pid_t tid, bool asked, struct failure *why);
/* Next stop of the thread: 1 stopped, 0 not in time, -1 gone. */
int thread_wait(pid_t tid, int64_t deadline_us, int *status);
void thread_release(pid_t tid, int signal);

/* ---- place.c: may it be entered here? ---- */
struct candidate {
    pid_t tid;
    int rank;
    uint64_t mask;      /* blocked signals seen at its last stop */
    unsigned same_mask; /* how often in a row */
    bool asked;         /* to stop, and has not yet */
    int64_t since_us;   /* when it was asked */
    char state;         /* as last seen, with the system call it was blocked in, or -1 */
    long call;
};
/* How promising a thread is, seen without stopping it: 0 best, negative: leave it alone. */
int place_rank(const struct target *target, struct candidate *who, bool wide);
/* NULL if unsafe, otherwise what it was doing. `wide`: other libraries' code will do as well. */
const char *place_judge(const struct target *target, struct candidate *who, const struct stand *stand, bool wide);

/* ---- choose.c: finds a thread at a safe place and leaves it stopped there ---- */
struct found {
    pid_t tid;
    const char *place;
    struct stand stand;
    unsigned tries;
    int64_t since_us; /* when it was interrupted */
};
bool choose_thread(const struct target *target, int64_t deadline_us, struct found *found, struct failure *why);
/* EINTR only our interruption caused is taken back. */
void undo_eintr(pid_t pid, pid_t tid, const struct stand *stand, struct registers *regs);

/* ---- call.c: functions of the target, run in the stopped thread ---- */
struct visit {
    const struct target *target;
    pid_t tid;
    struct registers *saved;
    uint64_t mask;
    uint64_t own_stack;
    int held[16]; /* signals that came meanwhile */
    size_t held_count;
    bool gone;
};
bool visit_begin(struct visit *visit, const struct target *target, const struct found *found, struct failure *why);
bool visit_call(struct visit *visit, uint64_t function, const uint64_t args[6], uint64_t stack, uint64_t *result,
                struct failure *why);
/* Puts everything back and lets the thread go. */
void visit_end(struct visit *visit, const struct stand *stand);

/* ---- enter.c: dlopen and gs_attach ---- */
bool enter(const struct target *target, const struct found *found, const char *library, const char *config,
           struct failure *why);

#endif
