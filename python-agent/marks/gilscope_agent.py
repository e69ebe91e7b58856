"""Marks on gilscope's time axis, set by the program itself: regions and instants. Standard library only, CPython 3.8 and later.

    import gilscope_agent

    with gilscope_agent.region("load"):
        ...
    gilscope_agent.mark("tick")

While gilscope does not record the program, these do nothing. This module holds no part of gilscope: it looks for the one
place where a recording can be found, at each call, so marks begin with an attach and end with a detach.
"""

import threading as _threading
from functools import wraps as _wraps

__all__ = ["mark", "region"]

_CO_GENERATOR, _CO_COROUTINE, _CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200


def _recording():
    """What takes the marks now (gilscope_agent/marks.py of the agent), or None."""
    active = _threading._active
    return None if type(active) is dict else getattr(active, "gilscope_marks", None)


def mark(name):
    """Marks this instant of the calling thread."""
    recording = _recording()
    if recording is not None:
        recording.instant(name)


class region:
    """Marks a block, as context manager, or every call of a function, as decorator. Its time is that of the block, its thread the
    one in which it began. Of a generator or coroutine function it is the time from its first step to its end.

    One object may be used again, and within itself. Threads and tasks that run at the same time each need one of their own; the
    decorator makes one for each call.
    """

    __slots__ = ("_name", "_open")

    def __init__(self, name):
        self._name = name
        self._open = None

    def __enter__(self):
        recording = _recording()
        if recording is not None or self._open is not None:
            self._begin(recording)
        return self

    def __exit__(self, kind, error, trace):
        if self._open is not None:
            self._end()
        return False

    def _begin(self, recording):
        """Also where nothing records any more: ends belong to begins in their order."""
        ident = 0 if recording is None else recording.begin(self._name)
        self._open = (recording, ident, self._open)

    def _end(self):
        recording, ident, self._open = self._open
        # A region that was open at a detach, or in a forked child, is no region of the recording there is now.
        if ident and recording is _recording():
            recording.end(ident)

    def __call__(self, function):
        name = self._name
        flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
        if flags & _CO_ASYNC_GENERATOR:
            raise TypeError("region cannot decorate an asynchronous generator: use `with region(...)` within it")
        if flags & _CO_COROUTINE:

            @_wraps(function)
            async def wrapper(*args, **named):
                with region(name):
                    return await function(*args, **named)

        elif flags & _CO_GENERATOR:

            @_wraps(function)
            def wrapper(*args, **named):
                with region(name):
                    return (yield from function(*args, **named))

        else:

            @_wraps(function)
            def wrapper(*args, **named):
                with region(name):
                    return function(*args, **named)

        return wrapper
