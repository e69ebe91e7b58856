"""From evidence and CPU clocks to GIL events: the estimate itself. Pure, called once a tick by the estimated engine; unit-tested.

Known for each tick: at which instants which thread certainly ran Python (evidence), in which long C calls threads were, and how
much CPU each thread used. Between instants of evidence the last holder is believed, as far as its CPU time carries; CPU
time of threads that gave no evidence (loops that call nothing) fills the rest. All of it is an estimate and called so.
"""

from . import wire
from .evidence import LONG_CALL_NS

# CPU below this in a tick is no running: a thread that waits for the GIL wakes at every switch interval and uses some 10 us.
RUNNING_NS = 150_000
# A hold of which only the end is known (it went into a C call) is drawn this long.
GLIMPSE_NS = 20_000
# Native running shorter than this is not worth an event.
LEAST_CPU_NS = 1_000_000
# How far the watermark stays behind: a wait is only recognised when it ends.
LAG_NS = 50_000_000
MOST_LAG_NS = 500_000_000


class Track:
    """One thread of the program. `clock` reads its CPU time (None: not readable); the rest is the state of the estimate."""

    __slots__ = (
        "serial ident tid clock block profiled since lost raw cpu used held native last dropped_at waiting doubt left "
        "stirred grew state busy calls"
    ).split()

    def __init__(self, serial, ident, tid, clock, now):
        self.serial = serial
        self.ident = ident
        self.tid = tid
        self.clock = clock
        self.block = wire.EventBlock(serial, tid)
        # Whether calls are seen, since when it is in a C call (0: in Python code), and why calls are no longer seen.
        self.profiled = False
        self.since = 0
        self.lost = None
        # Address of its thread state where the callback can be taken out from outside (evidence.Remover), and for how long it
        # has computed without pause.
        self.state = 0
        self.busy = 0
        # Started with `_thread`, unknown to `threading`.
        self.raw = False
        # The function trace of this thread (estimated_calls.ThreadCalls), while there is one.
        self.calls = None
        # CPU: clock value, used in this tick, of that as holder; used without the GIL since it let go.
        self.cpu = self.used = self.held = self.native = 0
        # Of its events: the latest, the latest DROP, whether a WAIT is open.
        self.last = now
        self.dropped_at = 0
        self.waiting = False
        # When it lost the GIL without saying why, or 0: a wait if its CPU clock creeps on, a blocking call if that rests.
        self.doubt = 0
        # Start of the C call for which it was already taken to have left.
        self.left = 0
        # Since when its clock creeps as that of a waiting thread does (0: it does not), and when it last moved at all.
        self.stirred = 0
        self.grew = 0


class Estimator:
    """Turns ticks into events in each track's block. `sent` is the watermark: no event will come before it."""

    def __init__(self, start, interval_ns):
        self.holder = None
        self.took = start
        self.end = start
        self.sent = start
        self.interval = interval_ns

    def tick(self, now, tracks, log):
        """One round. `tracks` have `used` set: CPU ns since the tick before; `log` is from Evidence.take."""
        for track in tracks:
            track.held = 0
            self._stir(track, now)
        self._resolve(now, tracks)
        segments = Segments(self, now, tracks, log).build()
        for begin, end, owner, _ in segments:
            if owner is not None:
                owner.held += end - begin
        for track in tracks:
            track.native += max(0, track.used - track.held)
        for begin, _, owner, voluntary in segments:
            if owner is not self.holder:
                self._switch(begin, owner, voluntary)
        self.end = now
        lag = max(LAG_NS, min(MOST_LAG_NS, 10 * self.interval))
        doubts = [track.doubt - 1 for track in tracks if track.doubt]
        self.sent = max(self.sent, min([now - lag] + doubts))

    def leave(self, track):
        """The thread has ended: close what is open."""
        if track.doubt:
            self._settle(track, waits=False)
        if self.holder is track:
            self.holder = None
            self._add(track, wire.DROP, self.end, flag=True)
        self._add(track, wire.END, self.end)

    def close(self, tracks):
        """Tracing ends: settle what is in doubt, so that nothing is held back."""
        for track in tracks:
            if track.doubt:
                self._settle(track, waits=False)

    def _stir(self, track, now):
        """Watch for a thread without the GIL that has come out of its blocking call and waits."""
        if track is self.holder or track.waiting or track.doubt:
            track.stirred = 0
        elif not track.used:
            if now - track.grew > 5 * self.interval // 2:
                track.stirred = 0
            return
        elif track.used > (now - self.end) * 4 // 5:
            track.stirred = 0
        elif not track.stirred:
            computed = track.used > RUNNING_NS
            track.stirred = max(self.end, track.dropped_at) + track.used if computed else (self.end + now) // 2
        track.grew = now

    def _switch(self, when, owner, voluntary):
        before = self.holder
        if before is not None:
            self._lose(before, when, voluntary or owner is None)
        if owner is not None:
            self._gain(owner, when, before is not None, before is not None and not voluntary)
            self.took = when
        self.holder = owner

    def _lose(self, track, when, voluntary):
        track.dropped_at = when
        track.stirred = 0
        if voluntary:
            self._add(track, wire.DROP, when, flag=True)
        elif track.profiled and not track.since:
            # It is in Python code and somebody else runs: certainly pre-empted.
            self._add(track, wire.DROP, when)
            self._add(track, wire.WAIT, when)
            track.waiting = True
        else:
            track.doubt = max(when, track.last)

    def _gain(self, track, when, contended, by_force):
        if track.doubt:
            self._settle(track, waits=when - track.doubt < 4 * self.interval)
        if not track.waiting:
            # Nobody waits for a free GIL.
            asked = self._asked(track, when, by_force) if contended else when
            cpu = min(track.native, asked - track.dropped_at) if track.dropped_at else 0
            if cpu >= LEAST_CPU_NS:
                self._add(track, wire.RELEASE_CPU, asked, cpu=cpu)
            if asked < when:
                self._add(track, wire.WAIT, asked)
        track.native = track.stirred = 0
        track.waiting = False
        self._add(track, wire.TAKE, when, flag=True)

    def _asked(self, track, when, by_force):
        """When a thread that takes the GIL now had begun to wait for it."""
        if track.stirred:
            return min(when, max(track.stirred, track.dropped_at))
        if by_force:
            # The holder let go on demand, so this thread has asked for a switch interval, or for as long as it could.
            return min(when, max(when - self.interval, self.took, track.dropped_at))
        return when

    def _resolve(self, now, tracks):
        for track in tracks:
            if not track.doubt:
                continue
            if track.used > 0:
                self._settle(track, waits=True)
            elif now - track.doubt > 3 * self.interval + LAG_NS:
                self._settle(track, waits=False)

    def _settle(self, track, waits):
        """What became of a thread that lost the GIL for an unknown reason."""
        when, track.doubt = track.doubt, 0
        self._add(track, wire.DROP, when, flag=not waits)
        if waits:
            self._add(track, wire.WAIT, when)
            track.waiting = True

    def _add(self, track, kind, when, flag=False, cpu=0):
        """Append in order of time, and never before what the watermark has closed."""
        when = max(when, track.last, self.sent + 1)
        track.last = when
        track.block.add(kind, when, flag, cpu=cpu)


class Segments:
    """Who held from when to when within one tick: a list of (begin, end, track or None, whether the change was voluntary)."""

    def __init__(self, estimator, now, tracks, log):
        self._now = now
        self._holder = estimator.holder
        self._start = estimator.end
        self._interval = estimator.interval
        self._tracks = tracks
        self._points = self._sorted_points(log)
        # CPU time of the tick yet to be placed. That of a thread in a long C call may be native code without the GIL: such a
        # thread gets only what evidence gives it.
        self._rest = {id(track): track.used for track in tracks}
        native = {id(point[1]) for point in self._points if point[2]}
        native.update(id(entry[1]) for entry in log if entry[2])
        self._silent = [
            track for track in tracks if track.used > RUNNING_NS and not track.since and id(track) not in native
        ]
        self._found = []

    def build(self):
        claim, voluntary, begin, least = self._holder, False, self._start, 0
        for when, track, leaves in self._points:
            when = min(max(when, begin), self._now)
            if not leaves:
                self._fill(begin, when, claim, voluntary, least)
                # Who has just taken it keeps it for a switch interval at least, unless it goes into a blocking call.
                least = GLIMPSE_NS if claim is track else self._interval
                claim, voluntary, begin = track, False, when
            elif claim is track:
                self._fill(begin, when, claim, voluntary, least)
                begin, least = when, 0
                if not self._keeps(track, self._now - when):
                    claim, voluntary = None, True
                    track.left = track.since
            else:
                # It went into that call holding the GIL, though nobody saw it take it.
                glimpse = max(begin, when - GLIMPSE_NS)
                self._fill(begin, glimpse, claim, voluntary, least)
                self._put(glimpse, max(when, glimpse + 1), track, False)
                claim, voluntary, begin, least = None, True, max(when, glimpse + 1), 0
                track.left = track.since
        self._fill(begin, self._now, claim, voluntary, least)
        return self._found

    def _sorted_points(self, log):
        """Instants of evidence, in order: (ns, track, whether it goes into a long C call there)."""
        points = []
        for when, track, began in log:
            if began and track.left != began:
                points.append((began, track, True))
            points.append((when, track, False))
        for track in self._tracks:
            since = track.since
            if since and self._now - since > LONG_CALL_NS and track.left != since:
                points.append((since, track, True))
        points.sort(key=lambda point: point[0])
        return points

    def _keeps(self, track, length):
        """Whether a long C call goes on holding: it computes, and nobody else has run meanwhile (a sort, a big product)."""
        if self._silent or track.clock is None or track.used < min(length, self._interval) // 2:
            return False
        return all(point[1] is track for point in self._points)

    def _put(self, begin, end, track, voluntary):
        if end > begin:
            self._found.append((begin, end, track, voluntary))

    def _fill(self, begin, end, claim, voluntary, least):
        """Who held between two instants of evidence: the claimant as far as its CPU goes if others have run too, then they."""
        if end <= begin:
            return
        rest = self._rest
        others = [track for track in self._silent if track is not claim and rest[id(track)] > RUNNING_NS]
        shares = [(track, rest[id(track)]) for track in others]
        if claim is not None:
            shares.insert(0, (claim, self._share_of(claim, end - begin, bool(others), least)))
        total = sum(share for _, share in shares)
        if total < end - begin and any(_runs(track) for track, _ in shares):
            # Threads in Python code let go for each other only: the missing time is that in which the system ran others.
            shares = [(track, share * (end - begin) // total + 1 if total else 0) for track, share in shares]
        for track, share in shares:
            part = min(end - begin, share)
            self._put(begin, begin + part, track, voluntary)
            rest[id(track)] -= part
            if part:
                voluntary = not _runs(track)
            begin += part
        self._put(begin, end, None, True)

    def _share_of(self, claim, length, contested, least):
        """How long of it the claimant is believed to have held."""
        if claim.clock is None:
            return length
        rest = max(0, self._rest.get(id(claim), 0))
        if contested:
            return min(length, max(rest if rest > RUNNING_NS else 0, least))
        # Alone: a thread in Python code holds, even when the system gives it no core; one whose calls are not seen and
        # whose clock rests has gone into a blocking call.
        return length if claim.profiled or rest > RUNNING_NS or length < RUNNING_NS else 0


def _runs(track):
    """Whether it is certainly in Python code, or at least computes without pause."""
    return (track.profiled and not track.since) or track.busy > 0
