"""Thread names as `threading` knows them, told to the engine when a thread starts and when its name changes.

`threading._active` (ident -> Thread) is replaced by a dict that reports what is entered, and `Thread.name` by a property
that reports what is set. No other place is touched: a thread's end needs no hook, and an uncaught exception passes no
frame of ours. A child of fork gets the plain ones back.
"""

import threading


class _Active(dict):
    """threading._active with a report on every entry, made by the new thread itself, under threading's own lock.

    `gilscope_marks` is where the installed module of marks finds the recording: marks.py.
    """

    __slots__ = ("report", "gilscope_marks")

    def __setitem__(self, ident, thread):
        dict.__setitem__(self, ident, thread)
        report = self.report
        if report is not None:
            report(ident, thread)


class Names:
    """`send(thread, name, is_main, is_self)` is called for every new thread or name; it must neither block nor raise."""

    def __init__(self, send, marks):
        self._send = send
        self._marks = marks
        self._sent = {}
        self._active = None
        self._property = None

    def install(self):
        """Report the threads there are, and from now on every new one."""
        active = _Active(threading._active)
        active.report = self._entered
        active.gilscope_marks = self._marks
        self._active = threading._active = active
        self._hook_property()
        self.refresh()

    def _hook_property(self):
        before = threading.Thread.__dict__.get("name")
        if not isinstance(before, property) or before.fset is None:
            return
        set_before, changed = before.fset, self._changed

        def name(self, name):
            set_before(self, name)
            changed(self)

        self._property = (before, property(before.fget, name, before.fdel, before.__doc__))
        threading.Thread.name = self._property[1]

    def remove(self):
        """Put back what was there, unless somebody else has replaced it since."""
        active, self._active = self._active, None
        if active is not None:
            active.report = active.gilscope_marks = None
            if threading._active is active:
                threading._active = dict(active)
        if self._property and threading.Thread.__dict__.get("name") is self._property[1]:
            threading.Thread.name = self._property[0]
        self._property = None
        self._sent.clear()

    def refresh(self):
        """Look at every living thread: what was renamed past the property, or entered before us, is told now."""
        living = dict(threading._active)
        for ident in [i for i in self._sent if i not in living]:
            self._sent.pop(ident, None)
        for ident, thread in living.items():
            self._tell(ident, thread, ident == threading.get_ident())

    def _entered(self, ident, thread):
        self._sent.pop(ident, None)
        self._tell(ident, thread, ident == threading.get_ident())

    def _changed(self, thread):
        ident = getattr(thread, "_ident", None)
        if self._active is not None and ident is not None and dict.get(self._active, ident) is thread:
            self._tell(ident, thread, ident == threading.get_ident())

    def _tell(self, ident, thread, is_self):
        name = getattr(thread, "_name", None)
        if not isinstance(name, str) or self._sent.get(ident) == name:
            return
        # Only the name is kept: a reference to the thread would keep the program's object alive.
        self._sent[ident] = name
        self._send(thread, name[:256], thread is threading.main_thread(), is_self)
