"""Things to do again and again on the tracer's one thread, each at its own pace. Used by exact.py."""

import time


class Ticks:
    """`every(us)` has `run` called so often from now on, or no more with 0."""

    def __init__(self, every):
        self._every = every
        self._jobs = {}

    def set(self, act, seconds):
        """Have `act` called each so many seconds, or no more with None."""
        if seconds is None:
            self._jobs.pop(act, None)
        else:
            self._jobs[act] = [int(seconds * 1e9), 0]
        least = min([job[0] for job in self._jobs.values()], default=0)
        self._every(least // 1000)

    def run(self):
        now = time.monotonic_ns()
        for act, job in list(self._jobs.items()):
            every, due = job
            # The call comes when the most frequent one is due; what was missed is not made up for.
            if now >= due - every // 8:
                job[1] = due + every if due + every > now else now + every
                act()
