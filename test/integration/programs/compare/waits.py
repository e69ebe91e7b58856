"""waits.py WAY COUNTER [ROUND]: five waits of 0.2 s, "together" in threads or "apart", one after another; in that ROUND the other way.

COUNTER is a file of this variant's own that counts its rounds, from 0.
"""

import os
import sys
import threading
import time

way, counter, *swapped = sys.argv[1:]
with open(counter, "ab") as file:
    file.write(b".")
turn = os.path.getsize(counter) - 1
together = (way == "together") != (str(turn) in swapped)
threads = [threading.Thread(target=time.sleep, args=(0.2,)) for _ in range(5)]
for thread in threads:
    thread.start()
    if not together:
        thread.join()
for thread in threads:
    thread.join()
