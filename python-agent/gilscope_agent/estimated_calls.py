"""The function trace of the estimated engine: stacks and sums kept in Python, fed by the profile function of evidence.py.

Each thread writes its own and sends it itself, several times a second, so nothing is shared. What a thread has of the GIL is
estimated from one event to the next: in a call of a function in C that lasted (a blocking call) it has let go; in Python code that
took long while another thread was seen to run it has waited; everything else is holding. Threads that have no profile
function of ours are not seen.
"""

import time

from . import wire
from .evidence import LONG_CALL_NS
from .functions import own_folders

# A Python callback costs about a microsecond, so what is shorter says little.
MIN_NS = 100_000
FLUSH_NS = 200_000_000
OPEN_AFTER_NS = 50_000_000
MOST_DEPTH = 1000
MOST_SITES = 65536
MOST_RECORDS = 20_000
MOST_NAME, MOST_FILE = 240, 1000

# A function's figures in one thread: what a row of TALLY has, then how often it is on the stack and the clocks at its last settling.
SITE, CALLS, OWN, TOTAL, ACTIVE, AT, KEY = 0, 1, 2, 5, 8, 9, 12
HOLDS, WAITS, FREE = range(3)
# Functions of the agent's that the program's threads run, and what those call, have this in place of a number. Nobody is told of
# them: their time is spent outside of all functions.
OURS = -1
_AGENT, _BOOT = own_folders()

# How the interpreter's own types answer. We run inside the program's calls: asking an object, or a class that has a metaclass,
# by attribute or by isinstance() would run code of the program's.
_BUILTIN = type(len)
_name_of_builtin = _BUILTIN.__dict__["__name__"].__get__
_module_of_builtin = _BUILTIN.__dict__["__module__"].__get__
_owner_of_builtin = _BUILTIN.__dict__["__self__"].__get__
_name_of_type = type.__dict__["__name__"].__get__
# A name may be of a subclass of str; this copies it.
_plain = str.__str__
# Ours for good: programs replace the clock in `time`, in their tests for instance.
_now = time.monotonic_ns


def _is_ours(code):
    """Not the body of the module that lets us in: the user's own sitecustomize runs in it."""
    folder = _plain(code.co_filename).rpartition("/")[0]
    return folder == _AGENT or folder == _BOOT and _plain(code.co_name) != "<module>"


class Sites:
    """Numbers for functions, and SITE frames that describe them. Code objects are known by their addresses, so that none is kept alive."""

    def __init__(self, send):
        self._send = send
        self._known = {}
        self._count = 0
        # The ThreadCalls of the latest event of all.
        self.latest = None

    def of_code(self, code):
        """(its number or OURS, what tells it from others)."""
        key = (id(code), code.co_firstlineno, id(code.co_name), id(code.co_filename))
        site = self._known.get(key)
        if site is None:
            if _is_ours(code):
                site = self._known[key] = OURS
            else:
                site = self._add(key, code.co_name, code.co_filename, code.co_firstlineno, getattr(code, "co_qualname", None))
        return site, key

    def of_builtin(self, function):
        """The same of a function in C, whose own type answers for it; none of the program's code runs."""
        name, module = _name_of_builtin(function), _module_of_builtin(function)
        if type(module) is not str:
            # `__module__` can be set to anything; methods have none.
            owner = _owner_of_builtin(function)
            kind = owner if issubclass(type(owner), type) else type(owner)
            module = "" if owner is None else _plain(_name_of_type(kind))
        key = (name, module)
        site = self._known.get(key)
        return (self._add(key, name, module, 0, None) if site is None else site), key

    def _add(self, key, name, file, line, qualname):
        if self._count + 1 >= MOST_SITES:
            return 0
        self._count += 1
        site = self._known[key] = self._count
        value = {"id": site, "name": _plain(name)[:MOST_NAME], "file": _plain(file)[-MOST_FILE:], "first_line": line}
        if line == 0:
            value["builtin"] = True
        if qualname is not None and _plain(qualname) != _plain(name):
            value["qualname"] = _plain(qualname)[:MOST_NAME]
        self._send(wire.SITE, value)
        return site


class ThreadCalls:
    """Of one thread, from its first event on. `offer(kind, payload)` sends a frame; False when there is no room."""

    def __init__(self, sites, offer, serial, tid):
        self._sites = sites
        self._offer = offer
        self._serial = serial
        self._tid = tid
        self._rows = {}
        self._ours = {}
        self._outside = self._row(0, None)
        self._stack = []  # [row, start]
        self._told_open = 0
        self._clocks = [0, 0, 0]
        self._last = self._from = 0
        self._records = []
        self._dropped = 0
        self.closed = False
        # Set by evidence.py to the type of what an event failed with: no more events; the agent's thread closes it.
        self.failed = None

    def _row(self, site, key):
        return [site] + [0] * (KEY - 1) + [key]

    def _spend(self, now, has):
        spent, self._last = now - self._last, now
        row = self._stack[-1][0] if self._stack else self._outside
        row[OWN + has] += spent
        self._clocks[has] += spent

    def event(self, frame, event, arg):
        if self.closed or self.failed is not None:
            return
        now = _now()
        others = self._sites.latest is not self
        # Said at once: the GIL is mostly lost within what follows.
        self._sites.latest = self
        if not self._last:
            self._begin(frame.f_back if event == "call" else frame, now)
        has = HOLDS
        if now - self._last > LONG_CALL_NS:
            has = FREE if event in ("c_return", "c_exception") else WAITS if others else HOLDS
        self._spend(now, has)
        if event == "call":
            self._push(self._sites.of_code(frame.f_code), now, 1)
        elif event == "c_call":
            self._push(self._sites.of_builtin(arg), now, 1)
        elif event == "return":
            self._leave(self._sites.of_code(frame.f_code)[1], now)
        else:
            self._leave(self._sites.of_builtin(arg)[1], now)
        if now - self._from > FLUSH_NS:
            self.flush(now)

    def _begin(self, frame, now):
        """What the thread is in already counts from now."""
        self._last = self._from = now
        codes = []
        while frame is not None:
            codes.append(frame.f_code)
            frame = frame.f_back
        for code in reversed(codes):
            self._push(self._sites.of_code(code), now, 0)

    def _push(self, function, now, calls):
        site, key = function
        rows = self._rows
        if site == OURS or (self._stack and self._stack[-1][0][SITE] == OURS):
            site, rows = OURS, self._ours
        row = rows.get(key)
        if row is None:
            row = rows[key] = self._row(site, key)
        row[CALLS] += calls
        if not row[ACTIVE]:
            row[AT:KEY] = self._clocks
        row[ACTIVE] += 1
        self._stack.append((row, now))

    def _settle(self, row):
        for has in (HOLDS, WAITS, FREE):
            row[TOTAL + has] += self._clocks[has] - row[AT + has]
        row[AT:KEY] = self._clocks

    def _leave(self, key, now):
        """The innermost call of that function ends, and what is within it; one that is not on the stack is none of ours."""
        depth = len(self._stack) - 1
        while depth >= 0 and self._stack[depth][0][KEY] != key:
            depth -= 1
        while 0 <= depth < len(self._stack):
            row, start = self._stack.pop()
            row[ACTIVE] -= 1
            if not row[ACTIVE]:
                self._settle(row)
            level = len(self._stack)
            if level < self._told_open:
                self._told_open = level
                self._record(wire.CALL_CLOSE, level)
            elif now - start >= MIN_NS and level < MOST_DEPTH and row[SITE] != OURS:
                self._record(wire.CALL_WHOLE, level, row[SITE], now - start)

    def _record(self, kind, depth=0, site=0, length=0):
        if kind == wire.CALL_WHOLE and len(self._records) >= MOST_RECORDS:
            self._dropped += 1
        else:
            self._records.append((kind, self._last, depth, site, length))

    def _announce(self, least):
        while self._told_open < min(len(self._stack), MOST_DEPTH):
            row, start = self._stack[self._told_open]
            if self._last - start < least or row[SITE] == OURS:
                return
            self._record(wire.CALL_OPEN, self._told_open, row[SITE], self._last - start)
            self._told_open += 1

    def flush(self, now):
        """Send the sums since the last time, and the records."""
        self._announce(OPEN_AFTER_NS)
        for row in list(self._ours.values()):
            for has in (HOLDS, WAITS, FREE):
                self._outside[OWN + has] += row[OWN + has]
                row[OWN + has] = 0
        rows = [self._outside] + list(self._rows.values())
        told = []
        for row in rows:
            if row[ACTIVE]:
                self._settle(row)
            if row is self._outside:
                row[TOTAL:ACTIVE] = row[OWN:TOTAL]
            if any(row[CALLS:ACTIVE]):
                told.append(row[:ACTIVE])
        if told and self._offer(wire.TALLY, wire.tally(self._serial, self._tid, self._from, now, told)):
            for row in rows:
                row[CALLS:ACTIVE] = [0] * (ACTIVE - CALLS)
            self._from = now
        # list() of the items is one step under the GIL, these keys having no code of the program's. Whoever closes may meet the
        # thread in the middle of an event, and it goes on, adding rows, while the rest of this line runs.
        self._rows = {key: row for key, row in list(self._rows.items()) if row[ACTIVE] or any(row[CALLS:ACTIVE])}
        records, self._records = self._records, []
        if not records:
            return
        if not self._offer(wire.CALLS, wire.calls(self._serial, self._tid, self._dropped, records)):
            self._dropped += len(records)

    def close(self, now):
        """The trace, or the thread, is over. The agent's thread may call this: the thread's own events are not counted any more."""
        if self.closed or not self._last:
            self.closed = True
            return
        self.closed = True
        now = self._last if self.failed is not None else max(now, self._last)
        self._spend(now, FREE if now - self._last > LONG_CALL_NS else HOLDS)
        self._announce(MIN_NS)
        if self._told_open:
            self._record(wire.CALL_FORGET)
        self._told_open = 0
        self.flush(self._last)


class Functions:
    """As functions.Functions of the exact engine: on() and off(). `tracks()` are the threads there are."""

    def __init__(self, send, offer, tracks):
        self._send = send
        self._offer = offer
        self._tracks = tracks
        self._sites = None
        self.running = False

    def on(self):
        if self.running:
            return
        if self._sites is None:
            self._sites = Sites(self._send)
        self.running = True
        for track in self._tracks():
            self.begin(track)
        unseen = [str(track.tid) for track in self._tracks() if not track.profiled]
        reason = "threads without sys.setprofile are not seen: %s" % ", ".join(unseen[:10]) if unseen else None
        self._send(wire.STATE, {"functions": True, "functions_min_ns": MIN_NS, "functions_reason": reason})

    def begin(self, track):
        """A thread is there; its calls count from its next event on."""
        if self.running:
            track.calls = ThreadCalls(self._sites, self._offer, track.serial, track.tid)

    def end(self, track):
        """The thread has ended, or is not to be traced any more."""
        calls, track.calls = track.calls, None
        if calls is None:
            return
        try:
            calls.close(_now())
        except Exception:
            # An event that failed may have left it in any state.
            if calls.failed is None:
                raise
        if calls.failed is not None:
            name = _plain(_name_of_type(calls.failed))
            text = "thread %d: the function trace failed (%s) and has ended there" % (track.tid, name)
            self._send(wire.LOG, {"level": "error", "text": text})

    def tend(self):
        """Close those that have failed. The agent's thread calls this now and then."""
        for track in self._tracks():
            if track.calls is not None and track.calls.failed is not None:
                self.end(track)

    def off(self):
        if not self.running:
            return
        self.close()
        self._send(wire.STATE, {"functions": False, "functions_reason": None})

    def close(self):
        self.running = False
        for track in self._tracks():
            self.end(track)
