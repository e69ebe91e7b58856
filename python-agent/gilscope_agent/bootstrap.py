"""Starts the agent: connects, chooses the engine of measurement, says HELLO. Called by boot/sitecustomize.py (launch) and
by the injector (attach). Whatever fails here, the program goes on untraced.
"""

import os
import sys
import time

from . import VERSION, estimated, exact, link, room, wire
from .children import Follow

OLDEST = (3, 8)


def start(settings):
    """Connect and start tracing, as the GILSCOPE_* variables in `settings` say. Returns the engine's name or None."""
    if sys.version_info < OLDEST or sys.implementation.name != "cpython":
        return None
    try:
        sock = link.connect(settings["GILSCOPE_SOCKET"])
    except OSError:
        return None
    try:
        return _choose(sock, settings)
    except Exception:
        sock.close()
        raise


def _choose(sock, settings):
    wanted = settings.get("GILSCOPE_ENGINE") or "auto"
    token = settings.get("GILSCOPE_TOKEN", "")
    functions = settings.get("GILSCOPE_FUNCTIONS") == "1"
    short = room.shortage()
    if short is not None:
        reason = short
    elif wanted == "estimated":
        reason = "the estimated engine was asked for"
    else:
        wanted_sites = settings.get("GILSCOPE_SITES") != "0"
        library = settings.get("GILSCOPE_LIB", "")
        looks = settings.get("GILSCOPE_LOOKS")
        follow = Follow(settings)
        reason = exact.start(sock, library, lambda: hello(token, "exact"), follow, wanted_sites, functions, looks)
        if reason is None:
            return "exact"
    greeting = hello(token, "estimated")
    greeting["engine_reason"] = reason
    refused = "exact tracing was demanded and is not possible: " + reason if wanted == "exact" else None
    if short is not None:
        refused = "not recorded: " + short
    # A forked child finds out by itself what it can: it does all of this again.
    again = None if settings.get("GILSCOPE_CHILDREN") == "0" else lambda: start(settings)
    estimated.start(sock, greeting, refused, again, functions)
    return "estimated"


def hello(token, engine):
    """The HELLO of this process, at this moment."""
    return {
        "protocol": wire.PROTOCOL,
        "token": token,
        "pid": os.getpid(),
        "ppid": os.getppid(),
        "python": "%d.%d.%d" % sys.version_info[:3],
        "implementation": sys.implementation.name,
        "executable": sys.executable or "",
        "argv": _argv(),
        "engine": engine,
        "switch_interval_s": sys.getswitchinterval(),
        "gil_enabled": gil_enabled(),
        "start_ns": str(time.monotonic_ns()),
        "main_tid": os.getpid() if sys.platform == "linux" else 0,
        "agent": VERSION,
    }


def gil_enabled():
    ask = getattr(sys, "_is_gil_enabled", None)
    return bool(ask()) if ask else True


def _argv():
    """The program's arguments. While `site` runs, sys.argv[0] is just "-m": the module's name is on the command line."""
    argv = [str(part)[:4096] for part in list(getattr(sys, "argv", []))[:256]]
    if argv[:1] == ["-m"]:
        line = getattr(sys, "orig_argv", None) or _command_line()
        at = len(line) - len(sys.argv)
        if 0 < at < len(line):
            argv.insert(1, line[at])
    return argv


def _command_line():
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return [os.fsdecode(part) for part in file.read().split(b"\0")[:-1]]
    except OSError:
        return []
