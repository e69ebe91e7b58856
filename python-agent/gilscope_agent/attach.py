"""The agent's start in a program that runs already. Imported and called by enter.py, mostly on a thread of ours that ends
right afterwards and that Python has never heard of (native/src/attach.c), else on the main thread (sys.remote_exec).

Every import happens while this module is imported: afterwards enter.py takes the agent's modules out of sys.modules.
"""

import sys


def _import_threading():
    """Import `threading` as if the program's main thread had done it.

    Whoever imports it first is taken for the main thread (3.12 and older wholly, later in part), and the program's end
    would then wait for, or stumble over, our thread.
    """
    import threading
    from _thread import allocate_lock, get_ident

    main = threading._main_thread
    native = getattr(threading, "get_native_id", _pid)()
    mine = main._ident == get_ident() or getattr(main, "_native_id", None) == native
    if not mine or native == _pid():
        return threading
    # The oldest thread of the oldest interpreter comes last; on 3.13 and later the ident is right already.
    ident = main._ident if main._ident != get_ident() else list(sys._current_frames())[-1]
    with threading._active_limbo_lock:
        threading._active.pop(main._ident, None)
        main._ident = ident
        threading._active[ident] = main
    if hasattr(main, "_native_id"):
        main._native_id = _pid()
    if getattr(main, "_tstate_lock", None) is not None:
        # The one made at the import is released when *our* thread ends; the interpreter's end expects it locked.
        lock = allocate_lock()
        lock.acquire()
        threading._shutdown_locks.discard(main._tstate_lock)
        threading._shutdown_locks.add(lock)
        main._tstate_lock = lock
    return threading


def _pid():
    import os

    return os.getpid()


threading = _import_threading()

try:
    # The exact engine needs it; importing it now, with everything else, is the quickest moment.
    import ctypes  # noqa: F401
except ImportError:
    pass

from . import bootstrap, room, wire  # noqa: E402


def run(config, library):
    """Start the agent as `config` (JSON text of src/engine/discovery/attach.ts) says. Returns a JSON text for the engine."""
    return wire.dumps(_run(wire.loads(config.encode("utf-8")), library))


def _run(config, library):
    if sys.implementation.name != "cpython":
        return _refusal("not_python", "%s is not CPython" % sys.implementation.name)
    if sys.version_info < bootstrap.OLDEST:
        return _refusal("too_old", "Python %d.%d is older than %d.%d" % (sys.version_info[:2] + bootstrap.OLDEST))
    if type(threading._active) is not dict and type(threading._active).__module__.startswith("gilscope_agent"):
        return _refusal("already_attached", "gilscope records this process already")
    short = room.shortage()
    if short is not None:
        return _refusal("no_memory", short)
    settings = {
        "GILSCOPE_SOCKET": config["socket"],
        "GILSCOPE_TOKEN": config["token"],
        "GILSCOPE_ENGINE": config.get("engine", "auto"),
        # By the name it was loaded under: so it is found even when the file has gone meanwhile.
        "GILSCOPE_LIB": library or config.get("lib", ""),
        # For a Python that the program starts: that one needs the file.
        "GILSCOPE_LIB_FILE": config.get("lib", ""),
        "GILSCOPE_CHILDREN": config.get("children", "1"),
        "GILSCOPE_SITES": config.get("sites", "1"),
        "GILSCOPE_FUNCTIONS": config.get("functions", "0"),
        "GILSCOPE_LOOKS": config.get("looks", ""),
    }
    try:
        engine = bootstrap.start(settings)
    finally:
        _forget_own_thread()
    if engine is None:
        return _refusal("no_engine", "it cannot connect to gilscope's socket")
    return {"ok": True, "engine": engine, "python": "%d.%d.%d" % sys.version_info[:3]}


def _refusal(code, message):
    return {"ok": False, "code": code, "message": message}


def _forget_own_thread():
    """threading.current_thread(), called on this thread by anything at all, has made an entry that would stay for ever."""
    from _thread import get_ident

    thread = threading._active.get(get_ident())
    if isinstance(thread, threading._DummyThread):
        threading._active.pop(get_ident(), None)
