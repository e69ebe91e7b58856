"""Evidence of who runs Python, from `sys.setprofile` calls. Used by the estimated engine only.

The callback runs at every call and return of the user's program, so it does almost nothing: it writes down a *change* of the
thread that runs, the start of a C call, and the end of a long one. A thread with very many calls loses its callback after a
bounded cost: its CPU clock tells of it well enough, for a thread that busy holds the GIL long.
"""

import sys
import threading
import time

# A C call shorter than this is not looked at: it is no blocking call.
LONG_CALL_NS = 200_000
# Events between two looks at the clock, the least time they should take, and how often they may take less. An event costs
# 0.1 to 0.3 us, so a thread that keeps its callback pays about a tenth at most, and one that loses it about 0.1 s in all.
BUDGET = 20_000
BUDGET_NS = 40_000_000
STRIKES = 25


class Evidence:
    """The log shared by all callbacks. `holder` is the track that gave the latest evidence; None makes the next one speak."""

    __slots__ = ("log", "holder", "active", "revive")

    def __init__(self):
        self.log = []
        self.holder = None
        self.active = True
        # To be called once, by the next callback that sees a C function return (os.fork).
        self.revive = None

    def take(self):
        """All entries so far, (ns, track, start of the long C call that just ended or 0), in order of time. GIL held."""
        count = len(self.log)
        entries = self.log[:count]
        del self.log[:count]
        entries.sort(key=lambda entry: entry[0])
        return entries


def callback(evidence, track):
    """The profile function of one thread. `track.since` is when the C call began that the thread is in, else 0."""
    log = evidence.log.append
    now = time.monotonic_ns
    set_profile = sys.setprofile
    # Since 3.12 cProfile uses sys.monitoring and is in nobody's way.
    old_cprofile = sys.version_info < (3, 12)
    left = BUDGET
    window = now()
    strikes = STRIKES

    def speak(when, began, event=None):
        """Write down that this thread runs; when tracing is over, take the callback out instead."""
        if evidence.active:
            evidence.holder = track
            log((when, track, began))
            if evidence.revive is not None:
                evidence.holder = None
                if event == "c_return":
                    revive, evidence.revive = evidence.revive, None
                    if revive is not None:
                        revive()
        else:
            set_profile(None)

    def on_event(frame, event, arg):
        nonlocal left, window, strikes
        # Once: the agent's thread may take it away at any moment.
        calls = track.calls
        if calls is not None:
            try:
                calls.event(frame, event, arg)
            except BaseException:
                # No local name for the traceback: it would keep this frame, and so the program's, alive.
                calls.failed = sys.exc_info()[0]
                if not is_ours(calls.failed, sys.exc_info()[2]):
                    # The interpreter then takes this function out.
                    lose(track, "an exception came up while its calls were written down")
                    raise
        if event == "c_call":
            if evidence.holder is not track:
                speak(now(), 0)
            if arg is set_profile or (old_cprofile and arg.__name__ == "enable" and is_cprofile(arg.__self__)):
                # The program sets a profile function of its own, or cProfile does: it has the right of way.
                lose(track, "the program profiles this thread itself")
                return
            track.since = now()
        elif track.since:
            began = track.since
            track.since = 0
            when = now()
            if when - began > LONG_CALL_NS:
                speak(when, began, event)
            elif evidence.holder is not track:
                speak(when, 0, event)
        elif evidence.holder is not track:
            speak(now(), 0, event)
        left -= 1
        if left <= 0:
            left = BUDGET
            before, window = window, now()
            strikes = strikes - 1 if window - before < BUDGET_NS else STRIKES
            if strikes < 0 and track.clock is not None and track.calls is None:
                set_profile(None)
                lose(track, "it makes very many calls")

    return on_event


# Where our own code is, with the separator.
_HERE = callback.__code__.co_filename[: -len("evidence.py")]
_flags_of_type = type.__dict__["__flags__"].__get__
_HEAP_TYPE = 1 << 9


def is_ours(kind, trace):
    """Whether an exception is a fault of ours, which the program must not see. Not ours is what a signal handler of the program's
    has raised, which may run in the middle of our code, or another thread has put into this one: by then of a type of the
    program's (a heap type), or no Exception. Neither is too deep a recursion: the program's next call would meet it as well, and
    3.8 and 3.9 abort when it is caught that deep and the recursion goes on."""
    if not issubclass(kind, Exception) or issubclass(kind, RecursionError) or _flags_of_type(kind) & _HEAP_TYPE:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    return str.startswith(trace.tb_frame.f_code.co_filename, _HERE)


def is_cprofile(owner):
    """By its type only: an attribute would be asked of the program's own object. There is none before the module is there."""
    module = sys.modules.get("_lsprof")
    return module is not None and issubclass(type(owner), module.Profiler)


def lose(track, why):
    track.profiled = False
    track.since = 0
    track.lost = why


def hook_current(evidence, track, remover):
    """Give the current thread its callback, unless somebody profiles it already."""
    if sys.getprofile() is not None:
        track.lost = "the program profiles this thread itself"
        return
    remover.remember(track)
    track.profiled = True
    sys.setprofile(callback(evidence, track))


class Remover:
    """Takes the callback out of a thread that never comes by it: 3.10 and 3.11 run a loop without a call up to twice as slowly
    while any profile function is set. For those two only, by the function that newer versions use for all threads."""

    def __init__(self):
        self._set = None
        if (3, 10) <= sys.version_info < (3, 12):
            try:
                import ctypes

                self._current = ctypes.pythonapi.PyThreadState_Get
                self._current.restype = ctypes.c_void_p
                self._set = ctypes.pythonapi._PyEval_SetProfile
                self._set.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.py_object]
            except (ImportError, AttributeError):
                self._set = None

    def remember(self, track):
        """In the thread itself."""
        if self._set is not None:
            track.state = self._current()

    def remove(self, track):
        """From the agent's thread, which holds the GIL and has just seen that the thread lives."""
        if track.calls is not None:
            return
        state, track.state = track.state, 0
        if state and track.profiled:
            lose(track, "it computes without pause, and this Python version is slower with calls seen")
            self._set(state, None, None)


class NewThreads:
    """The function given to threading.setprofile: called for the first event of a new thread, in that thread."""

    def __init__(self, evidence, track_of, remover):
        self._evidence = evidence
        self._remover = remover
        self._track_of = track_of
        self._hook = None

    def install(self):
        if getattr(threading, "_profile_hook", None) is None:
            self._hook = self._first_event
            threading.setprofile(self._hook)

    def remove(self):
        if self._hook is not None and threading._profile_hook is self._hook:
            # 3.8 to 3.14 all keep it here; threading.setprofile(None) says the same.
            threading.setprofile(None)
        self._hook = None

    def _first_event(self, frame, event, arg):
        track = self._track_of(threading.get_ident()) if self._evidence.active else None
        if track is None:
            sys.setprofile(None)
            return
        self._remover.remember(track)
        track.profiled = True
        function = callback(self._evidence, track)
        sys.setprofile(function)
        function(frame, event, arg)
