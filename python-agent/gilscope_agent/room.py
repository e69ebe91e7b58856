"""How much memory this process may still have by its own limits (RLIMIT_AS, RLIMIT_DATA; not a container's). Used by bootstrap.py and exact.py.

What gilscope takes is taken from the program: a queue and rings (native/src/ring.h), a thread, and for that thread an arena of malloc, for which
glibc reserves 64 MiB of addresses. A program that is left too little of its own would fail where it does not without gilscope; so it is left alone.
"""

_MIB = 1 << 20
LEAST = 256 * _MIB
# As /proc/self/limits calls them, with what /proc/self/status counts against them.
_LIMITS = (("Max address space", "VmSize"), ("Max data size", "VmData"))


def shortage():
    """Why nothing may be recorded here; None when there is room, or where nobody can tell (no /proc).

    Read in /proc: the module `resource` would be one more that the program finds imported."""
    try:
        with open("/proc/self/limits", encoding="utf-8", errors="replace") as file:
            limits = dict((line[:26].strip(), line[26:].split()[0]) for line in file if line.startswith("Max "))
        with open("/proc/self/status", encoding="utf-8", errors="replace") as file:
            used = dict(line.split(":", 1) for line in file if line.startswith("Vm"))
        for limit, counted in _LIMITS:
            if limits.get(limit, "unlimited") == "unlimited":
                continue
            left = int(limits[limit]) - int(used[counted].split()[0]) * 1024
            if left < LEAST:
                return "its limit on memory (%s, ulimit) leaves it %d MiB; with less than %d, gilscope could make it fail" % (
                    limit[4:],
                    max(left, 0) // _MIB,
                    LEAST // _MIB,
                )
    except (OSError, LookupError, ValueError):
        pass
    return None
