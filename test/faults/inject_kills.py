"""How often a program dies when gilscope-inject is killed with SIGKILL while it is at work: python inject_kills.py INJECTOR LIBRARY KILLS SEED

The helper is killed at a random moment of its run, again and again; each program that dies of it is replaced. Prints one line of JSON: kills that
found the helper at work, and programs that ended. The library's own part ends at once: nobody listens where it is told to knock.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

INJECTOR, LIBRARY, KILLS, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
PROGRAM = """
import threading, time
def busy():
    while True: sum(range(100))
threading.Thread(target=busy, daemon=True).start()
print("ready", flush=True)
while True: time.sleep(0.01)
"""


def program():
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def inject(target, config, after):
    """Whether the helper was still at work when it was killed, and how long it took when it was not."""
    begun = time.perf_counter()
    helper = subprocess.Popen([INJECTOR, str(target.pid), LIBRARY, config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while after is None or time.perf_counter() - begun < after:
        if helper.poll() is not None:
            return False, time.perf_counter() - begun
    helper.kill()
    return helper.wait() == -signal.SIGKILL, None


def main():
    chance = random.Random(SEED)
    folder = tempfile.mkdtemp()
    config = os.path.join(folder, "attach.json")
    settings = {"socket": folder + "/nobody", "token": "none", "engine": "auto", "report": folder + "/report", "lib": LIBRARY}
    with open(config, "w") as file:
        json.dump(dict(settings, agent_dir=os.path.dirname(os.path.dirname(os.path.dirname(LIBRARY)))), file)
    target = program()
    takes = sorted(inject(target, config, None)[1] for _ in range(10))[5]
    kills, died, signals = 0, 0, {}
    for _ in range(KILLS * 10):
        if kills == KILLS:
            break
        struck, _ = inject(target, config, chance.random() * takes)
        kills += struck
        if not struck:
            continue
        time.sleep(0.005)
        if target.poll() is not None:
            died += 1
            name = signal.Signals(-target.returncode).name if target.returncode < 0 else str(target.returncode)
            signals[name] = signals.get(name, 0) + 1
            target = program()
    target.kill()
    os.remove(config)
    os.rmdir(folder)
    print(json.dumps({"kills": kills, "died": died, "by": signals, "helper_ms": round(takes * 1000, 2)}))


main()
