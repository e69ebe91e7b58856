"""Starts the tracer in the interpreter that runs it, as the agent will: the traced side of drive.py.

Usage: traced.py LIBRARY SOCKET SCENARIO [name=value ...]; the values go to gs_configure.
"""
import ctypes
import json
import os
import socket
import sys
import threading


class Info(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("drop_sites", ctypes.c_int32), ("switch_distance", ctypes.c_int32),
                ("site_word", ctypes.c_int32), ("gil", ctypes.c_uint64), ("switch_count", ctypes.c_uint64),
                ("pid", ctypes.c_uint32), ("tid", ctypes.c_uint32), ("object", ctypes.c_char * 256)]


CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t)
KEEP = []
# Set when the tracer has told that nobody listens any more.
ALONE = threading.Event()


def load(path):
    lib = ctypes.PyDLL(path)
    lib.gs_error.restype = lib.gs_version.restype = ctypes.c_char_p
    lib.gs_now.restype = lib.gs_overflow.restype = ctypes.c_uint64
    lib.gs_thread_serial.restype = lib.gs_own_tid.restype = ctypes.c_uint32
    lib.gs_configure.argtypes = [ctypes.c_char_p, ctypes.c_long]
    lib.gs_send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t]
    lib.gs_start.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, CALLBACK]
    return lib


def start(lib, path, on_command=None):
    info = Info(size=ctypes.sizeof(Info))
    code = lib.gs_prepare(ctypes.byref(info))
    if code:
        raise SystemExit("gs_prepare: %d %s" % (code, lib.gs_error().decode()))
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.connect(path)
    hello = json.dumps({"protocol": 1, "pid": os.getpid(), "python": sys.version.split()[0], "drop_sites": info.drop_sites,
                        "site_word": info.site_word, "distance": info.switch_distance, "object": info.object.decode()}).encode()

    def run(address, length):
        if not length:
            ALONE.set()
            return
        command = json.loads(ctypes.string_at(address, length))
        value = on_command(lib, command) if on_command else None
        reply = json.dumps({"id": command["id"], "ok": True, "value": value}).encode()
        lib.gs_send(10, reply, len(reply))
        if command["cmd"] == "stop":
            lib.gs_stop(0)

    callback = CALLBACK(run)
    KEEP.append(callback)
    code = lib.gs_start(peer.fileno(), hello, len(hello), callback)
    if code:
        raise SystemExit("gs_start: %d %s" % (code, lib.gs_error().decode()))
    peer.close()
    return info


if __name__ == "__main__":
    library, address, scenario = sys.argv[1:4]
    tracer = load(library)
    for setting in sys.argv[4:]:
        key, number = setting.split("=")
        assert tracer.gs_configure(key.encode(), int(number)) == 0
    import scenarios
    scenarios.run(scenario, tracer, lambda on_command=None: start(tracer, address, on_command))
