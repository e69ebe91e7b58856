"""Answers each line it is told, until `quit` or three minutes have passed. Used by e2e for the terminal."""

import sys
import threading
import os

limit = threading.Timer(180, lambda: os._exit(3))
limit.daemon = True
limit.start()
print("tell me", flush=True)
for line in sys.stdin:
    word = line.strip()
    if word == "quit":
        break
    print("you said " + word.upper(), flush=True)
