/*
 * The way in for a process that runs already: gs_attach is called by gilscope-inject in a thread it has stopped, so
 * it may do next to nothing there. It starts a native thread, which waits for the GIL like any other, brings up the agent
 * (gilscope_agent/enter.py), says on the report socket what came of it, and ends.
 *
 * No Python headers and no link to an interpreter: its functions are looked up in the process.
 */
#include "attach.h"

#include "../gilscope.h"

#include "impatient.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define STACK_SIZE (1u << 20)
#define TEXT_MAX 65536
#define ENTER "/gilscope_agent/enter.py"
#define RESULT_MAX 8192
#define REPORT_LIMIT_S 5
#define HEAD_START_NS 500000
#define FRAME_THREAD 4
#define PY_FILE_INPUT 257

typedef void object;

/* What is needed of the interpreter; all of it is in every version from 3.3 on. */
struct python {
    int (*is_initialized)(void);
    int (*is_finalizing)(void); /* may be missing */
    int (*ensure)(void);
    void (*release)(int);
    object *(*dict_new)(void);
    int (*dict_set)(object *, const char *, object *);
    object *(*dict_get)(object *, const char *);
    object *(*builtins)(void);
    object *(*text_new)(const char *);
    const char *(*text_utf8)(object *);
    object *(*compile)(const char *, const char *, int);
    object *(*eval)(object *, object *, object *);
    void (*err_clear)(void);
    void (*decref)(object *);
};

struct job {
    char config_path[4096];
    char config[TEXT_MAX], enter[TEXT_MAX];
    char folder[4096], enter_path[4096 + sizeof ENTER], report[108], library[4096];
    char result[RESULT_MAX];
};

/* ---- the interpreter ---- */

static int try_object(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    void **handle = found;
    void *here = dlopen(info->dlpi_name, RTLD_NOW | RTLD_NOLOAD);
    if (here && dlsym(here, "PyEval_SaveThread"))
        *handle = here; /* one reference more on the interpreter, which is never unloaded anyway */
    else if (here)
        dlclose(here);
    return *handle != NULL;
}

/* A host that loaded its interpreter as a plug-in keeps it out of the global scope: then look at every object. */
static void *interpreter(void)
{
    void *handle = NULL;
    if (dlsym(RTLD_DEFAULT, "PyEval_SaveThread"))
        return dlopen(NULL, RTLD_NOW); /* the global scope, as a handle that is not NULL */
    dl_iterate_phdr(try_object, &handle);
    return handle;
}

/* Before 3.7 a program without threads has no GIL yet, and asking for it crashes. The agent itself needs 3.8. */
static bool new_enough(void *from)
{
    const char *(*version)(void);
    void *function = dlsym(from, "Py_GetVersion");
    memcpy(&version, &function, sizeof function);
    int major = 0, minor = 0;
    return function && sscanf(version(), "%d.%d", &major, &minor) == 2 && (major > 3 || (major == 3 && minor >= 8));
}

static bool bind_python(void *from, struct python *py)
{
    const struct {
        void *slot;
        const char *name;
    } wanted[] = {
        {&py->is_initialized, "Py_IsInitialized"}, {&py->ensure, "PyGILState_Ensure"},
        {&py->release, "PyGILState_Release"},      {&py->dict_new, "PyDict_New"},
        {&py->dict_set, "PyDict_SetItemString"},   {&py->dict_get, "PyDict_GetItemString"},
        {&py->builtins, "PyEval_GetBuiltins"},     {&py->text_new, "PyUnicode_FromString"},
        {&py->text_utf8, "PyUnicode_AsUTF8"},      {&py->compile, "Py_CompileString"},
        {&py->eval, "PyEval_EvalCode"},            {&py->err_clear, "PyErr_Clear"},
        {&py->decref, "Py_DecRef"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *function = dlsym(from, wanted[i].name);
        if (!function)
            return false;
        memcpy(wanted[i].slot, &function, sizeof function);
    }
    void *finalizing = dlsym(from, "Py_IsFinalizing");
    if (!finalizing)
        finalizing = dlsym(from, "_Py_IsFinalizing");
    memcpy(&py->is_finalizing, &finalizing, sizeof finalizing);
    return true;
}

/* ---- what is run in it ---- */

static bool set_text(const struct python *py, object *dict, const char *name, const char *value)
{
    object *text = py->text_new(value);
    bool done = text && py->dict_set(dict, name, text) == 0;
    if (text)
        py->decref(text);
    return done;
}

static void run_bootstrap(const struct python *py, struct job *job)
{
    object *globals = py->dict_new(), *code = NULL, *value = NULL;
    bool ready = globals && py->dict_set(globals, "__builtins__", py->builtins()) == 0 &&
                 set_text(py, globals, "__name__", "gilscope_attach") && set_text(py, globals, "folder", job->folder) &&
                 set_text(py, globals, "config", job->config) && set_text(py, globals, "library", job->library);
    if (ready)
        code = py->compile(job->enter, job->enter_path, PY_FILE_INPUT);
    if (code)
        value = py->eval(code, globals, globals);
    object *result = value ? py->dict_get(globals, "result") : NULL;
    const char *text = result ? py->text_utf8(result) : NULL;
    if (text && strlen(text) < sizeof job->result)
        strcpy(job->result, text);
    else
        gs_attach_failed(job->result, sizeof job->result, "agent_failed", "the agent could not be run");
    py->err_clear();
    if (value)
        py->decref(value);
    if (code)
        py->decref(code);
    if (globals)
        py->decref(globals);
}

/* This thread has held the GIL while the agent started; it is none of the program's. */
static void say_own_thread(void)
{
    char text[128];
    uint32_t serial = gs_running() ? gs_thread_serial() : 0;
    int length = snprintf(text, sizeof text, "{\"serial\":%u,\"tid\":%d,\"name\":\"gilscope-attach\",\"own\":true}", serial,
                          (int)syscall(SYS_gettid));
    if (serial)
        gs_send(FRAME_THREAD, text, (size_t)length);
}

static void run_python(struct job *job)
{
    struct python py;
    void *from = interpreter();
    if (from && !new_enough(from)) {
        gs_attach_failed(job->result, sizeof job->result, "too_old", "its interpreter is older than Python 3.8");
    } else if (!from || !bind_python(from, &py)) {
        gs_attach_failed(job->result, sizeof job->result, "not_python", "no CPython 3 interpreter in this process");
    } else if (!py.is_initialized()) {
        gs_attach_failed(job->result, sizeof job->result, "not_running", "its interpreter has not been started");
    } else if (py.is_finalizing && py.is_finalizing()) {
        gs_attach_failed(job->result, sizeof job->result, "ending", "its interpreter is shutting down");
    } else {
        struct gs_object object;
        /* A recording that runs already has hooks of its own, and is about to refuse us. */
        if (!gs_running() && gs_object_of(&object, dlsym(from, "PyEval_SaveThread")))
            gs_first_turn_begin(&object);
        gs_impatient = true;
        int state = py.ensure();
        run_bootstrap(&py, job);
        gs_first_turn_end();
        say_own_thread();
        py.release(state);
    }
}

/* ---- what is said about it ---- */

void gs_attach_failed(char *into, size_t capacity, const char *code, const char *message)
{
    snprintf(into, capacity, "{\"ok\":false,\"code\":\"%s\",\"message\":\"%s\"}", code, message);
}

static void report(const struct job *job)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {REPORT_LIMIT_S, 0};
    char line[RESULT_MAX + 2];
    if (!job->report[0])
        return;
    strcpy(address.sun_path, job->report);
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sock < 0)
        return;
    setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    int length = snprintf(line, sizeof line, "%s\n", job->result);
    if (connect(sock, (struct sockaddr *)&address, sizeof address) == 0 && length > 0)
        (void)!send(sock, line, (size_t)length, MSG_NOSIGNAL);
    close(sock);
}

/* ---- the thread ---- */

static bool read_text(const char *path, char *into)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, into, TEXT_MAX - 1);
    if (file >= 0)
        close(file);
    into[got > 0 ? got : 0] = 0;
    return got > 0;
}

/* Both files are read here, natively: no wait for the GIL in between. */
static bool read_files(struct job *job)
{
    if (!read_text(job->config_path, job->config) ||
        !gs_json_text(job->config, "report", job->report, sizeof job->report) ||
        !gs_json_text(job->config, "agent_dir", job->folder, sizeof job->folder))
        return false;
    snprintf(job->enter_path, sizeof job->enter_path, "%s" ENTER, job->folder);
    if (!read_text(job->enter_path, job->enter))
        gs_attach_failed(job->result, sizeof job->result, "agent_not_visible", "the process cannot read the agent's files");
    return true;
}

static void *attach_thread(void *data)
{
    struct job *job = data;
    Dl_info info;
    /* The thread we came in by is to go on before this one competes with it for its core. */
    const struct timespec head_start = {0, HEAD_START_NS};
    nanosleep(&head_start, NULL);
    prctl(PR_SET_NAME, "gilscope-attach");
    if (dladdr((void *)(uintptr_t)gs_attach, &info) && info.dli_fname && strlen(info.dli_fname) < sizeof job->library)
        strcpy(job->library, info.dli_fname);
    if (read_files(job)) {
        if (!job->result[0])
            run_python(job);
        report(job);
    }
    free(job);
    return NULL;
}

int gs_attach(const char *config_path)
{
    struct job *job = NULL;
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (strlen(config_path) >= sizeof job->config_path || !(job = calloc(1, sizeof *job)))
        return ENOMEM;
    strcpy(job->config_path, config_path);
    int code = pthread_attr_init(&attributes);
    if (code == 0) {
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, STACK_SIZE);
        /* No signal of the program is to be handled on this thread. */
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        code = pthread_create(&thread, &attributes, attach_thread, job);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        pthread_attr_destroy(&attributes);
    }
    if (code != 0)
        free(job);
    return code;
}
