"""The exact engine: the native tracer records and streams; Python only names the threads and carries out commands.

Called by bootstrap. No Python thread of ours exists: commands arrive in a callback on the tracer's own thread.
"""

import atexit
import os

from . import commands, room, sites, wire
from .children import ProcessName, load_spawner
from .functions import Functions
from .glances import Glances
from .marks import Marks
from .names import Names
from .native import Native, Unusable
from .ticks import Ticks
from .watches import HAS_IMMORTALS, IMMORTAL_FROM, Watches

# The callback must outlive every call the tracer could make: it is never given up.
_kept = []


def start(sock, library, greeting, follow, wanted_sites, wanted_functions, looks):
    """None when tracing has started; otherwise the reason why it cannot. `greeting()` gives the HELLO; `follow`: see children.py;
    `looks` into long holds a second, as text, or None."""
    try:
        native = Native(library)
        native.prepare()
        if looks:
            native.set_looks(float(looks))
        why_no_sites = _note_sites(native) if wanted_sites else "not asked for"
        session = Session(native, greeting, follow)
        session.start(sock)
        if why_no_sites:
            session.send_json(wire.STATE, {"sites": False, "sites_reason": why_no_sites})
        if wanted_functions:
            session.try_functions()
    except Unusable as error:
        return str(error)
    return None


def _note_sites(native):
    """Functions of holds are a gift on top: without them everything else is as exact. None, or why there are none."""
    try:
        sites.enable(native)
        return None
    except Exception as error:
        native.set_sites(None)
        return str(error) or type(error).__name__


class Session:
    """Everything of one tracing. `commands` uses send_json, names, watches and stop_requested."""

    def __init__(self, native, greeting, follow):
        self._native = native
        self._greeting = greeting
        self._follow = follow
        self._callback = native.callback_type(self._command)
        self._ticks = Ticks(native.gs_tick_every)
        glances = Glances(native, IMMORTAL_FROM if HAS_IMMORTALS else None)
        self.watches = Watches(self._send, glances.pace, glances)
        self.functions = Functions(native, lambda state: self.send_json(wire.STATE, state), self._ticks.set)
        self.stop_requested = False

    def start(self, sock):
        environment = self._follow.environment()
        if environment:
            load_spawner()
        self._native.gs_follow(environment, len(environment))
        _kept.append(self._callback)
        # First in, last out: a command may still come while the program's own exit functions run.
        atexit.register(self._at_exit)
        if not self._run(self._native.gs_start, sock):
            atexit.unregister(self._at_exit)
            raise Unusable(self._native.error())
        os.register_at_fork(after_in_child=self._in_child)

    def _run(self, begin, sock):
        """By gs_start, or in a forked child by gs_restart; False when it does not."""
        greeting = self._greeting()
        # The tracer alone knows from which moment its events are complete.
        del greeting["start_ns"]
        hello = wire.dumps(greeting).encode("utf-8")
        if begin(sock.fileno(), hello, len(hello), self._callback):
            return False
        self._native.close(sock)
        self._recording = self._native.gs_recording()
        self.marks = Marks(self._mark, self._native.gs_thread_serial)
        self.names = Names(self._named, self.marks)
        self.process_name = ProcessName(lambda name: self.send_json(wire.STATE, {"name": name}))
        self.names.install()
        self.watches.begin_again()
        return True

    def send_json(self, kind, value):
        self._send(kind, wire.dumps(value).encode("utf-8"))

    def _send(self, kind, payload):
        return self._native.gs_send(kind, payload, len(payload)) == 0

    def _mark(self, payload):
        return self._native.gs_send(wire.MARK, payload, len(payload)) == 0

    def try_functions(self):
        """STATE says why not, when it cannot be."""
        try:
            self.functions.on()
        except Exception:
            pass

    def _named(self, thread, name, is_main, is_self):
        """Names tells of a thread; never raises."""
        try:
            if is_self:
                self.functions.new_thread()
            # After a fork some versions leave the parent's id with the main thread.
            tid = os.getpid() if is_main else getattr(thread, "_native_id", None) or 0
            value = {"tid": tid, "name": name, "main": is_main}
            if is_self:
                value["serial"] = self._native.gs_thread_serial()
            if value["tid"] and value.get("serial") != 0:
                self.send_json(wire.THREAD, value)
        except Exception:
            pass

    def _command(self, address, length):
        """On the tracer's thread, holding the GIL. Nothing may escape: ctypes would print it into the program's output."""
        try:
            if address is None and length:
                self.watches.round()
            elif address is None:
                self._ticks.run()
            elif length:
                commands.execute(self, self._native.text_at(address, length))
            else:
                # gilscope is gone, perhaps killed: the tracer has stopped already.
                self.names.remove()
                self.functions.off()
            if self.stop_requested:
                self.names.remove()
                self.functions.off()
                self.marks.close()
                self._native.gs_stop(0)
        except Exception:
            pass

    def _at_exit(self):
        self.process_name.look()
        self.marks.close()
        self.functions.round()
        self._native.gs_disable_commands()

    def _in_child(self):
        """After a fork the tracer has stopped itself; if it was running until then, it is taken up again."""
        self.names.remove()
        if not self._follow.wanted or not self._recording or self._native.gs_forked() != self._recording or room.shortage():
            self.functions.leave()
            return
        try:
            sock = self._follow.connect()
            if self._run(self._native.gs_restart, sock):
                self.process_name.watch_fork()
                self.functions.begin_again()
            else:
                sock.close()
                self.functions.leave()
        except Exception:
            # The child, too, runs on untraced.
            self.functions.leave()
