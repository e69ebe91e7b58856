"""Starts a Python with three threads under each limit on address space that is given, in MiB, and tells what came of it."""

import resource
import subprocess
import sys

import common

CODE = """
import threading
threads = [threading.Thread(target=lambda: [sum(range(100)) for _ in range(2000)]) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("ok")
"""

common.here("main")
for mib in map(int, sys.argv[2:]):

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))

    ran = subprocess.run([sys.executable, "-c", CODE], preexec_fn=limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    common.say(mib, ran.returncode, ran.stdout, ran.stderr)
