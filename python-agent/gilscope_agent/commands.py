"""What the engine may ask of a running program (docs/protocol.md, COMMAND): one table, used by both engines."""

import sys

from . import watches, wire


def set_switch_interval(session, seconds):
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= 1000:
        raise ValueError("seconds must be a number above 0")
    sys.setswitchinterval(seconds)
    value = sys.getswitchinterval()
    session.send_json(wire.STATE, {"switch_interval_s": value})
    return value


def ping(session):
    """Also the moment to look for names that have changed."""
    session.names.refresh()
    session.process_name.look()
    return "pong"


def stop(session):
    session.stop_requested = True
    return None


def functions(session, on):
    """Begin or end the function trace; an error says why it cannot be."""
    if on is True:
        session.functions.on()
    elif on is False:
        session.functions.off()
    else:
        raise ValueError("on must be true or false")


def watch_add(session, expression, rate=None):
    """Sample the reference count of what the expression names; the answer is the watch's id."""
    return {"watch": session.watches.add(expression, rate)}


def watch_remove(session, watch):
    session.watches.remove(watch)
    return None


def watch_rate(session, rate):
    session.watches.set_rate(rate)
    return None


def list_modules(session):
    return watches.modules()


def list_names(session, module):
    return watches.names(module)


COMMANDS = {
    function.__name__: function
    for function in (
        set_switch_interval,
        ping,
        stop,
        functions,
        watch_add,
        watch_remove,
        watch_rate,
        list_modules,
        list_names,
    )
}


def execute(session, payload):
    """Run one COMMAND and answer it. `session` has send_json, names, watches and stop_requested."""
    try:
        request = wire.loads(payload)
    except (ValueError, RecursionError):
        return
    ident = request.pop("id", None)
    name = request.pop("cmd", None)
    try:
        handler = COMMANDS.get(name) if isinstance(name, str) else None
        if handler is None:
            raise ValueError("unknown command: %s" % str(name)[:100])
        reply = {"id": ident, "ok": True, "value": handler(session, **request)}
    except Exception as error:
        reply = {"id": ident, "ok": False, "error": "%s" % error or type(error).__name__}
    session.send_json(wire.REPLY, reply)
