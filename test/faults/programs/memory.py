"""No more address space than a little: what the program may have it gets, what it may not have it is refused."""

import mmap
import resource
import sys

import common


def mapped():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


common.here("main")
limit = mapped() + (int(sys.argv[2]) << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
refused = 0
for _ in range(20):
    kept = []
    try:
        while True:
            kept.append(mmap.mmap(-1, 8 << 20))
    except OSError:
        refused += 1
    del kept
    common.crowd(40, 2)
common.say("refused", refused, "counted", common.crowd(800, 2))
