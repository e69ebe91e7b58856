"""Closes every descriptor it knows nothing of in mid-run, as daemons do, and uses their numbers for itself."""

import os

import common

common.here("main")
common.say(common.crowd(5000))
os.closerange(3, 4096)
files = [os.open("/dev/null", os.O_RDWR) for _ in range(300)]
common.say(common.crowd(5000), files[0], files[-1])
for file in files:
    os.write(file, b"x")
    os.close(file)
common.say(common.crowd(5000))
