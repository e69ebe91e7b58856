"""The function trace of the exact engine: has every thread tell the native tracer of its calls (native/src/calls_enter.c).

From 3.12 on by `sys.monitoring`, which costs half of what a profile function does, sees all threads at once, and leaves
sys.setprofile to the program. Before that by the interpreter's profile function, set in every thread that has none: whoever
profiles a thread already (a debugger, coverage, cProfile) has the right of way. Where things lie in what is called is found
out by searching for what is known, as in sites.py.
"""

import struct
import sys
import threading
import time

from . import sites, wire
from .native import Unusable

TICK_S = 0.15
_MONITORING = sys.version_info >= (3, 12)
# Ids of tools without a purpose of their own: 0, 1, 2 and 5 have one (debugger, coverage, profiler, optimizer).
_TOOLS = (4, 3)
_WORD = 8
_MOST_NAMED = 5


class Functions:
    """Of one process. `send(state)` tells the engine; `pace(act, seconds)` has `act` called so often, or no more with None."""

    def __init__(self, native, send, pace):
        self._native = native
        self._send = send
        self._pace = pace
        self._way = None
        self._told = None
        self._ready = False
        self._table_at = 0

    def on(self):
        """Unusable, with the reason, when it cannot be."""
        if self._way is not None:
            return
        try:
            self._prepare()
            way = (_Monitoring if _MONITORING else _Profile)(self._native)
            if self._native.gs_calls_on():
                raise Unusable("nothing is being recorded")
            way.install()
        except Exception as error:
            self._native.gs_calls_off()
            self._send({"functions": False, "functions_reason": str(error) or type(error).__name__})
            raise
        self._way = way
        self._hand_over(True)
        self._begun()

    def off(self):
        way, self._way = self._way, None
        if way is None:
            return
        self._pace(self.round, None)
        self._hand_over(False)
        way.remove()
        self._native.gs_calls_off()
        self._send({"functions": False, "functions_reason": None})

    def begin_again(self):
        """In a forked child, whose new recording knows of no trace yet."""
        if self._way is not None and not self._native.gs_calls_on():
            self._begun()

    def leave(self):
        """In a forked child that is not recorded."""
        way, self._way = self._way, None
        if way is not None:
            self._hand_over(False)
            way.remove()

    def new_thread(self):
        """In a thread that `threading` has just started."""
        if self._way is not None:
            self._way.new_thread()

    def _hand_over(self, on):
        """A program's own profiler is told what it would be told without us: native/src/calls_handover.c."""
        builtin, offset = sys.setprofile, self._table_at
        table = _word(self._native, id(builtin) + offset) if on and type(builtin) is type(len) else 0
        if table and self._native.read(_word(self._native, table), 11) != b"setprofile\0":
            table = 0
        self._native.gs_calls_hand_over(table, offset)

    def _begun(self):
        self._told = self._way.look()
        self._send({"functions": True, "functions_reason": self._told})
        self._pace(self.round, TICK_S)

    def round(self):
        """Several times a second: sums are sent, threads that came another way are found."""
        if self._way is None:
            return
        reason = self._way.look()
        self._native.gs_calls_tick()
        if reason != self._told:
            self._told = reason
            self._send({"functions_reason": reason})

    def _prepare(self):
        if self._ready:
            return
        site_layout = sites.layout_of(self._native)
        layout = self._native.call_layout()
        layout.object_type = site_layout.object_type
        layout.object_frame = -1
        if not _MONITORING:
            _frame_object(self._native, site_layout, layout)
        _builtins(self._native, layout)
        self._table_at = layout.function_table
        self._native.set_calls(layout)
        self._native.gs_calls_own(*[folder.encode("utf-8", "surrogateescape") for folder in own_folders()])
        self._ready = True


def own_folders():
    """Of the agent's modules, and of the module by which it comes into a program: calls of what is in there are not told."""
    agent = own_folders.__code__.co_filename.rpartition("/")[0]
    return agent, agent.rpartition("/")[0] + "/boot"


class _Monitoring:
    """Every thread of the interpreter, by callbacks of the tracer's own."""

    def __init__(self, native):
        self._native = native
        self._tool = None

    def install(self):
        monitoring = sys.monitoring
        events = monitoring.events
        free = [tool for tool in _TOOLS if monitoring.get_tool(tool) is None]
        if not free:
            raise Unusable("other tools have all places in sys.monitoring")
        shares = (
            (events.PY_START, events.PY_RESUME, events.PY_THROW),
            (events.PY_RETURN, events.PY_YIELD, events.PY_UNWIND),
            (events.CALL,),
            (events.C_RETURN, events.C_RAISE),
        )
        self._tool = free[0]
        monitoring.use_tool_id(self._tool, "gilscope")
        for which, share in enumerate(shares):
            callback = self._native.gs_calls_callback(which)
            for event in share:
                monitoring.register_callback(self._tool, event, callback)
        # The two about functions in C come with CALL.
        monitoring.set_events(self._tool, sum(sum(share) for share in shares[:3]))
        self._native.install_calls(True)

    def remove(self):
        tool, self._tool = self._tool, None
        monitoring = sys.monitoring
        if tool is None or monitoring.get_tool(tool) != "gilscope":
            return
        monitoring.set_events(tool, 0)
        events = monitoring.events
        for name in "PY_START PY_RESUME PY_THROW PY_RETURN PY_YIELD PY_UNWIND CALL C_RETURN C_RAISE".split():
            monitoring.register_callback(tool, getattr(events, name), None)
        monitoring.free_tool_id(tool)

    def new_thread(self):
        """Seen already."""

    def look(self):
        """Why it is not all threads that are seen: there is nothing in the way here."""
        return None


class _Profile:
    """Every thread of its own: those there are, those `threading` starts, and at each look those that came otherwise."""

    def __init__(self, native):
        self._native = native
        if sys.getprofile() is not None:
            raise Unusable("the program has a profiler of its own")
        if _audited():
            raise Unusable("the program has audit hooks, which would be called in the middle of setting its threads up")
        if native.gs_calls_find_slot():
            raise Unusable("where a thread keeps its profile function could not be found")

    def install(self):
        """The first look does it."""

    def remove(self):
        # Else each thread does it itself, at its next call.
        if not _audited():
            self._native.install_calls(False)

    def new_thread(self):
        """By no `threading.setprofile`: in a program with audit hooks that could make a thread of its own fail, since 3.10 and 3.11
        let no two threads set their profile function at a time (Python/ceval.c, _PyEval_SetProfile)."""
        if not _audited():
            self._native.gs_calls_begin_here()

    def look(self):
        if _audited():
            return "the program has audit hooks now: threads that it starts are not traced"
        foreign = self._native.install_calls(True)
        reasons = [_who(foreign)] if foreign else []
        if getattr(threading, "_profile_hook", None) is not None:
            reasons.append("threading.setprofile is the program's own: threads it is set in are seen late or not at all")
        return "; ".join(reasons) or None


def _audited():
    """Whether there are audit hooks, of C or of Python. Setting a profile function calls them; they may let go of the GIL, and the
    threads that are being gone through may end meanwhile. Without hooks sys.audit does not even look at what it is given
    (Python/sysmodule.c, sys_audit); with some it wants a str first, and calls none.
    """
    try:
        sys.audit(None)
    except TypeError:
        return True
    return False


def _who(foreign):
    known = {getattr(thread, "_native_id", None): thread._name for thread in list(threading._active.values())}
    names = [str(known.get(tid, "thread %d" % tid if tid else "a thread"))[:100] for tid in foreign]
    more = len(names) - _MOST_NAMED
    text = ", ".join(names[:_MOST_NAMED]) + (" and %d more" % more if more > 0 else "")
    if len(names) == 1:
        return "%s has a profiler of its own and is not traced" % text
    return "%s have a profiler of their own and are not traced" % text


def _frame_object(native, site_layout, layout):
    """From a frame object to the frame; up to 3.10 they are one."""
    frame = sys._getframe()
    code, at = id(frame.f_code), site_layout.frame_code
    if _word(native, id(frame) + at) & site_layout.code_mask == code:
        # What native/src/calls_enter.c goes by in 3.8, where no function tells it without calling audit hooks.
        if sys.version_info < (3, 9) and _word(native, id(frame) + at - _WORD) != id(frame.f_back):
            raise Unusable("the caller of a frame could not be found")
        return
    for offset in range(_WORD, type(frame).__basicsize__, _WORD):
        inner = _word(native, id(frame) + offset)
        if inner > 65536 and _word(native, inner + at) & site_layout.code_mask == code:
            layout.object_frame = offset
            return
    raise Unusable("the frame in a frame object could not be found")


def _builtins(native, layout):
    """Functions written in C: where their names are, and what they belong to."""
    sleep, append = time.sleep, [].append
    layout.function_table = _table(native, id(sleep), b"sleep\0")
    layout.function_self = _offset(native, id(sleep), type(sleep).__basicsize__, id(time))
    layout.function_module = _offset(native, id(sleep), type(sleep).__basicsize__, id(sleep.__module__))
    descriptor = list.append
    table = _word(native, id(append) + layout.function_table)
    layout.descriptor_table = _offset(native, id(descriptor), type(descriptor).__basicsize__, table)
    layout.descriptor_owner = _offset(native, id(descriptor), type(descriptor).__basicsize__, id(list))
    layout.type_name = _text_at(native, id(list), 128, b"list\0")
    layout.function_type, layout.descriptor_type = id(type(sleep)), id(type(descriptor))
    layout.method_type = native.address_of("PyCMethod_Type")
    layout.str_type, layout.type_type = id(str), id(type)
    if native.read(_word(native, table), 7) != b"append\0":
        raise Unusable("the name of a function in C could not be read")


def _table(native, function, name):
    """Where a function has its method table, whose first word is its name."""
    for offset in range(2 * _WORD, type(time.sleep).__basicsize__, _WORD):
        table = _word(native, function + offset)
        if table > 65536 and native.read(_word(native, table), len(name)) == name:
            return offset
    raise Unusable("the name of a function in C could not be found")


def _offset(native, owner, size, value):
    data = native.read(owner, size)
    for offset in range(2 * _WORD, len(data) - _WORD + 1, _WORD):
        if struct.unpack_from("<Q", data, offset)[0] == value:
            return offset
    raise Unusable("a part of a function in C could not be found")


def _text_at(native, owner, size, text):
    for offset in range(_WORD, size, _WORD):
        at = _word(native, owner + offset)
        if at > 65536 and native.read(at, len(text)) == text:
            return offset
    raise Unusable("the name of a type could not be found")


def _word(native, address):
    data = native.read(address, _WORD)
    return struct.unpack("<Q", data)[0] if len(data) == _WORD else 0
