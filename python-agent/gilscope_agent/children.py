"""Children of the program: what they need to be recorded in the same session, and what they are called.

A forked child is taken up again by the engine of measurement (exact.py, estimated.py) in `os.register_at_fork`. For a Python
that is started anew the native tracer puts variables into its environment; `os.environ` of the program stays clean.
"""

import os
import sys

from . import link

_HANDED_ON = tuple("GILSCOPE_" + name for name in "SOCKET TOKEN ENGINE LIB SITES FUNCTIONS LOOKS".split())

# Of what multiprocessing does when a child ends, by falling priority.
_LAST = -(10**6)


class Follow:
    """The way back to the engine, for the children of this process."""

    def __init__(self, settings):
        self.wanted = settings.get("GILSCOPE_CHILDREN") != "0"
        self._settings = {key: settings[key] for key in _HANDED_ON if settings.get(key)}
        # In a program that was attached to, the file of the library in memory may have gone (attach.py).
        if settings.get("GILSCOPE_LIB_FILE"):
            self._settings["GILSCOPE_LIB"] = settings["GILSCOPE_LIB_FILE"]

    def connect(self):
        """A connection of a forked child's own. OSError when there is nobody any more."""
        return link.connect(self._settings["GILSCOPE_SOCKET"])

    def environment(self):
        """For gs_follow: what a Python child finds in its environment; empty when children are not followed."""
        home = os.path.dirname(os.path.dirname(__file__))
        if not self.wanted or not home:
            return b""
        lines = ["PYTHONPATH=" + os.path.join(home, "boot")]
        lines += ["%s=%s" % pair for pair in self._settings.items()]
        return b"".join(os.fsencode(line) + b"\0" for line in lines)


def load_spawner():
    """Have the library that `subprocess` starts programs with in memory, where its imports can be redirected."""
    if "_posixsubprocess" in sys.modules:
        return
    try:
        import _posixsubprocess  # noqa: F401
    except ImportError:
        return
    del sys.modules["_posixsubprocess"]


class ProcessName:
    """What `multiprocessing` calls this process, once it does: `send(name)` is called for a name not sent before.

    `at_exit` is called last in a child that multiprocessing forked: it goes by os._exit, past `atexit`."""

    def __init__(self, send, at_exit=None):
        self._send = send
        self._at_exit = at_exit
        self._sent = None
        # Until multiprocessing says otherwise a forked child goes by its parent's name.
        self._inherited = _current()

    def watch_fork(self):
        """In a forked child: multiprocessing, if it made it, gives it its name and then calls what is registered here."""
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            util.register_after_fork(self, ProcessName._forked)

    def _forked(self):
        util = sys.modules["multiprocessing.util"]
        # Told once is enough: what the program has registered is then all there is.
        registry = getattr(util, "_afterfork_registry", {})
        for key in [key for key in list(registry) if key[1] == id(self)]:
            del registry[key]
        if self._at_exit is not None:
            util.Finalize(None, self._at_exit, exitpriority=_LAST)
        self.look()

    def look(self):
        _, name = current = _current()
        if current != self._inherited and isinstance(name, str) and name not in ("MainProcess", self._sent):
            self._sent = name
            self._send(name[:256])


def _current():
    """Identity, which keeps nothing alive, and name of multiprocessing's object for this process."""
    process = getattr(sys.modules.get("multiprocessing.process"), "_current_process", None)
    return id(process), getattr(process, "_name", None)
