"""Threads without end of switches, in waves, so that rings come and go."""

import sys

import common

common.here("main")
for wave in range(6):
    common.say("wave", wave, common.crowd(5000))
print("to the other side", file=sys.stderr)
sys.exit(5)
