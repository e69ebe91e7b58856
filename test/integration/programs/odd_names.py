"""Threads of odd names that call, compute and wait. By CPU time: as much to wait for on a machine that is busy with other things."""

import threading, time

def leaf(n):
    return n if n < 2 else leaf(n - 1) + leaf(n - 2)

def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        leaf(8)

def doze():
    for _ in range(5):
        time.sleep(0.005)

names = ['say; "hi" | <b>@all', 'two\nlines']
threads = [threading.Thread(target=spin, args=(0.15,), name=name) for name in names]
threads.append(threading.Thread(target=doze, name='napper 🧵'))
for thread in threads: thread.start()
for thread in threads: thread.join()
