"""The estimated engine, for where the native tracer cannot run: a thread of ours that looks every few milliseconds at each
thread's CPU clock and at the evidence of `sys.setprofile`, and sends what it believes. Called by bootstrap.

Its thread is started with `_thread`, so `threading` does not list it, with all signals blocked. It is not there while the
program forks.
"""

import _signal
import _thread
import atexit
import os
import sys
import threading
import time

from . import commands, wire
from .children import ProcessName
from .clocks import clock_of, tid_of_ident
from .estimated_calls import Functions
from .evidence import Evidence, NewThreads, Remover, hook_current
from .holder import Estimator, Track
from .link import Link
from .marks import Marks
from .names import Names
from .watches import Watches

TICK_S = 0.005
SEND_EVERY_NS = 40_000_000
SLOW_EVERY_NS = 250_000_000
EXIT_BOUND_S = 0.2
# So long without a pause, and a thread counts as one that only computes (of two that take turns, each does).
BUSY_NS = 100_000_000


def _goodbye(reason):
    return {"reason": reason, "ns": str(time.monotonic_ns())}


def start(sock, greeting, refused=None, follow=None, wanted_functions=False):
    """Say HELLO and start; with `refused` only say why nothing will be traced. `follow()` starts anew in a forked child."""
    link = Link(sock)
    link.offer(wire.json_frame(wire.HELLO, greeting))
    if refused is not None:
        link.offer(wire.json_frame(wire.LOG, {"level": "error", "text": refused}))
        link.offer(wire.json_frame(wire.GOODBYE, _goodbye("detach")))
        link.flush(EXIT_BOUND_S)
        link.close()
        return
    session = Session(link, int(greeting["start_ns"]), greeting["gil_enabled"], follow)
    session.start()
    if wanted_functions:
        session.functions.on()


class Session:
    """Everything of one tracing. `commands` uses send_json, names, watches and stop_requested."""

    def __init__(self, link, start_ns, has_gil, follow=None):
        self.link = link
        self.stop_requested = False
        self.marks = Marks(self._mark, self._serial_here)
        self.names = Names(self._named, self.marks)
        self.watches = Watches(self._send_watch, self._pace)
        self.functions = Functions(self.send_json, self._offer, lambda: list(self._tracks.values()))
        self._watch_every_ns = None
        self._watch_at = self._look_at = 0
        self._has_gil = has_gil
        self._follow = follow
        self.process_name = ProcessName(lambda name: self.send_json(wire.STATE, {"name": name}), self._at_exit)
        self._start = start_ns
        self._tracks = {}
        self._ended = []
        self._serial = 0
        self._evidence = Evidence()
        self._remover = Remover()
        self._new_threads = NewThreads(self._evidence, self._tracks.get, self._remover)
        self._estimator = Estimator(start_ns, int(sys.getswitchinterval() * 1e9))
        self._guard = _thread.allocate_lock()
        # The thread sleeps on the one, and holds the other while it lives.
        self._asleep = _thread.allocate_lock()
        self._over = _thread.allocate_lock()
        self._own_ident = self._own_tid = self._own_cpu_ns = 0
        self._forks = 0
        self._running = True
        self._sent_at = self._slow_at = 0
        self._interval = sys.getswitchinterval()
        self._pid = os.getpid()

    def start(self):
        self.send_json(wire.GIL, {"id": 0, "ns": str(self._start), "interpreter": 0, "count0": "0"})
        self.send_json(wire.STATE, {"drop_sites": True})
        # First in, last out: whatever the program registers runs before we say goodbye.
        atexit.register(self._at_exit)
        os.register_at_fork(
            before=self._before_fork, after_in_parent=self._after_fork, after_in_child=self._in_child
        )
        self.names.install()
        self.process_name.watch_fork()
        if self._has_gil:
            self._new_threads.install()
        # Now, not at the first tick: a program may be over before that.
        self.link.flush()
        try:
            self._start_thread()
        except RuntimeError:
            # No more threads to be had: the program goes on untraced.
            self._remove_hooks()
            self.link.close()
            return
        track = self._tracks.get(_thread.get_ident())
        if track is not None and self._has_gil:
            hook_current(self._evidence, track, self._remover)

    def send_json(self, kind, value):
        self.link.offer(wire.json_frame(kind, value))

    def _offer(self, kind, payload):
        return self.link.offer(wire.frame(kind, payload), essential=False)

    def _mark(self, payload):
        return self._offer(wire.MARK, payload)

    # Threads.

    def _serial_here(self):
        track = self._tracks.get(_thread.get_ident())
        return 0 if track is None else track.serial

    def _named(self, thread, name, is_main, is_self):
        """Names tells of a thread, in that thread when it is new; never raises."""
        try:
            ident = thread._ident
            track = self._tracks.get(ident)
            # After a fork `threading` still has the parent's.
            here = is_main and sys.platform == "linux"
            tid = os.getpid() if here else getattr(thread, "_native_id", None) or 0
            if track is None or track.tid != tid:
                if track is not None:
                    self._ended.append(track)
                track = self._add(ident, tid)
            self._tell(track, name, is_main)
        except Exception:
            pass

    def _add(self, ident, tid):
        self._serial += 1
        track = Track(self._serial, ident, tid, clock_of(tid), time.monotonic_ns())
        track.cpu = track.clock() if track.clock else 0
        self._tracks[ident] = track
        self.functions.begin(track)
        return track

    def _tell(self, track, name, is_main=False):
        self.send_json(wire.THREAD, {"serial": track.serial, "tid": track.tid, "name": name, "main": is_main})

    def _find_raw(self):
        """Threads that `threading` does not know. Only those that have a Python frame now: their clock can be asked safely.

        From 3.12 on they stay unseen: sys._current_frames() walks other interpreters' threads too, without their GIL, and
        crashes the program while one of those is being made (seen on 3.12.1 and 3.13.0)."""
        if sys.version_info >= (3, 12):
            return
        unknown = [i for i in sys._current_frames() if i not in self._tracks and i != self._own_ident]
        for ident in unknown:
            tid = tid_of_ident(ident)
            if tid:
                track = self._add(ident, tid)
                track.raw = True
                self._tell(track, "thread %d" % tid)

    def _reap(self, track):
        if self._tracks.get(track.ident) is track:
            del self._tracks[track.ident]
        self._estimator.leave(track)
        self.functions.end(track)
        self._send_block(track)

    # The agent's own thread.

    def _start_thread(self):
        self._own_cpu_ns = 0
        self._asleep.acquire(False)
        if not self._over.acquire(False):
            return  # the one before did not end in time, on a crowded machine, and so goes on
        before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError:
            self._over.release()
            raise
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, before)

    def _end_thread(self):
        """Wake it and wait for its end, bounded. True when it has ended."""
        if self._asleep.locked():
            self._asleep.release()
        if not self._over.acquire(True, EXIT_BOUND_S):
            return False
        self._over.release()
        return True

    def _run(self):
        try:
            with self._guard:
                self._own_ident, self._own_tid = _thread.get_ident(), _thread.get_native_id()
                if self._running:
                    self.send_json(wire.THREAD, {"tid": self._own_tid, "name": "gilscope", "own": True})
            while self._running and not self._forks:
                self._asleep.acquire(True, self._pause())
                with self._guard:
                    if self._running and not self._forks:
                        self._wake()
                        self._own_cpu_ns = time.thread_time_ns()
        except Exception as error:
            self._give_up(error)
        finally:
            self._over.release()

    def _give_up(self, error):
        """A fault of ours: the program goes on untraced, and the engine hears why."""
        self._remove_hooks()
        try:
            text = "the agent failed and has let go of the program: %s: %s" % (type(error).__name__, error)
            self.send_json(wire.LOG, {"level": "error", "text": text[:1000]})
            self.send_json(wire.GOODBYE, _goodbye("detach"))
            self.link.flush()
            self.link.close()
        except Exception:
            pass

    def _send_watch(self, kind, payload):
        return self.link.offer(wire.frame(kind, payload), essential=kind != wire.REFCOUNT)

    def _pace(self, seconds):
        """How often there is to be a round of the watches."""
        self._watch_every_ns = None if seconds is None else int(seconds * 1e9)
        self._watch_at = time.monotonic_ns()

    def _pause(self):
        """Seconds until there is something to do."""
        if self._watch_every_ns is None:
            return TICK_S
        due = min(self._watch_at, self._look_at)
        return min(TICK_S, max(0, due - time.monotonic_ns()) / 1e9)

    def _wake(self):
        now = time.monotonic_ns()
        if self._watch_every_ns is not None and now >= self._watch_at:
            # What was missed is not made up for.
            due = self._watch_at + self._watch_every_ns
            self._watch_at = due if due > now else now + self._watch_every_ns
            self.watches.round()
        if self._watch_every_ns is None or now >= self._look_at:
            self._look_at = now + int(TICK_S * 1e9)
            self._round()

    def _round(self):
        """One look, with the guard held. Every call that releases the GIL may cost a wait for it: only when sending."""
        now = time.monotonic_ns()
        self._look(now)
        if now - self._slow_at > SLOW_EVERY_NS:
            self._slow_at = now
            self._slow_look()
        if now - self._sent_at > SEND_EVERY_NS:
            self._sent_at = now
            self._talk()

    def _talk(self):
        """Send what there is, do what the engine asks."""
        for kind, payload in self.link.receive():
            if kind == wire.COMMAND:
                commands.execute(self, payload)
        if self.link.closed:
            self._remove_hooks()
        elif self.stop_requested:
            self._finish("detach")
            self.link.close()
        else:
            self._send_all()
            self.link.flush()

    def _look(self, now):
        if not self._has_gil:
            self._estimator.sent = now
            return
        log = self._evidence.take()
        self._evidence.holder = None
        for track in self._ended[:]:
            self._ended.remove(track)
            self._reap(track)
        living = []
        for track in list(self._tracks.values()):
            if self._read(track):
                living.append(track)
                self._watch_busy(track, now)
            else:
                self._reap(track)
        known = set(map(id, living))
        self._estimator.tick(now, living, [entry for entry in log if id(entry[1]) in known])

    def _read(self, track):
        """Read the CPU clock; False when the thread has gone."""
        if not track.raw and track.ident not in threading._active:
            return False
        if track.clock is not None:
            cpu = track.clock()
            if cpu is None:
                return False
            track.used, track.cpu = cpu - track.cpu, cpu
        return True

    def _watch_busy(self, track, now):
        """A thread that only computes is told by its clock alone; where being seen costs it much, leave it alone."""
        length = now - self._estimator.end
        busy = track.used > length // 4
        track.busy = track.busy + length if busy else 0
        if track.state and track.busy > BUSY_NS:
            self._remover.remove(track)

    def _slow_look(self):
        self.names.refresh()
        self.functions.tend()
        self._find_raw()
        interval = sys.getswitchinterval()
        if interval != self._interval:
            self._interval = interval
            self._estimator.interval = int(interval * 1e9)
            self.send_json(wire.STATE, {"switch_interval_s": interval})
        for track in list(self._tracks.values()):
            if track.lost is not None:
                text = "thread %d is followed by its CPU clock only: %s" % (track.tid, track.lost)
                track.lost = None
                self.send_json(wire.LOG, {"level": "info", "text": text})

    def _send_all(self):
        for track in list(self._tracks.values()):
            self._send_block(track)
        self.link.offer(wire.frame(wire.WATERMARK, self._estimator.sent.to_bytes(8, "little")))

    def _send_block(self, track):
        block = track.block
        count = block.count
        payload = block.payload()
        if payload is not None and not self.link.offer(wire.frame(wire.EVENTS, payload), essential=False):
            block.dropped += count

    # The end.

    def _finish(self, reason):
        """The last look, all that is left, GOODBYE; then nothing of ours runs in the program. Guard held."""
        now = time.monotonic_ns()
        self._look(now)
        self._estimator.close(list(self._tracks.values()))
        self.functions.close()
        self._estimator.sent = max(self._estimator.sent, now)
        self._send_all()
        self.marks.close()
        cpu = {"cpu_ns": str(time.process_time_ns()), "own_cpu_ns": str(self._own_cpu_ns)}
        self.send_json(wire.GOODBYE, dict(cpu, **_goodbye(reason)))
        self._remove_hooks()
        self.link.flush(EXIT_BOUND_S)

    def _remove_hooks(self):
        self._running = False
        self.functions.close()
        self._evidence.active = False
        self._evidence.holder = None
        self._new_threads.remove()
        self.names.remove()

    def _at_exit(self):
        """Runs last of all exit functions, in the main thread; bounded, and never raises into the program's end."""
        if os.getpid() != self._pid:
            return
        try:
            if self._guard.acquire(True, EXIT_BOUND_S):
                try:
                    if self._running:
                        self._finish("exit")
                finally:
                    self._guard.release()
            sys.getprofile()  # our callback sees this call and takes itself out
            if self._end_thread():
                self.link.close()
        except Exception:
            pass

    def _before_fork(self):
        """From 3.12 on a fork beside another thread brings the program a DeprecationWarning: have none for that moment."""
        try:
            self._forks += 1
            if self._running and self._forks == 1 and self._end_thread():
                for _ in range(100):
                    # Its Python part is over; the system's thread ends a moment later.
                    if not os.path.exists("/proc/self/task/%d" % self._own_tid):
                        break
                    time.sleep(0.0002)
        except Exception:
            pass

    def _after_fork(self):
        track = self._tracks.get(_thread.get_ident())
        if sys.version_info >= (3, 13) and track is not None and track.profiled:
            # There the threads are counted after this; the callback sees os.fork return.
            self._evidence.revive = self._revive
            self._evidence.holder = None
        else:
            self._revive()

    def _revive(self):
        try:
            self._forks -= 1
            if self._running and not self._forks:
                self._start_thread()
        except Exception:
            self._remove_hooks()

    def _in_child(self):
        """After a fork: the child is another process, with neither our thread nor our connection."""
        try:
            was_running = self._running
            self._remove_hooks()
            self.link.close()
            if was_running and self._follow is not None:
                self._follow()
        except Exception:
            pass
