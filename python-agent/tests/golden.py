"""The golden bytes Python writes for the other sides (src/shared/protocol/golden/README.md). Deterministic.

    python3 python-agent/tests/golden.py        writes the files anew; test_wire.py checks that they are what is written today
"""

import json
import os
import re

from collector import AGENT, decode_calls, decode_events, decode_tally, wire

FOLDER = os.path.join(os.path.dirname(AGENT), "src", "shared", "protocol", "golden")
START = 1234567890123456

# (kind, ns, flag A, core, gil, cpu)
EVENTS = [
    ("TAKE", START, True, None, 0, 0),
    ("DROP", START + 127, True, None, 0, 0),
    ("RELEASE_CPU", START + 128 + 127, False, None, 0, 1500000),
    ("WAIT", START + 128 + 127, False, 3, 0, 0),
    ("REQUEST", START + 5000383, False, 3, 0, 0),
    ("TAKE", START + 5100000, False, 300, 0, 0),
    ("DROP", START + 10100000, False, 300, 0, 0),
    ("SWITCH_WAIT", START + 10100001, False, 300, 0, 0),
    ("TAKE", START + 3600000000000, True, 0, 9, 0),
    ("END", START + 3600000000000, False, 0, 9, 0),
]


def events():
    block = wire.EventBlock(7, 31337)
    block.dropped = 3
    for kind, when, flag, core, gil, cpu in EVENTS:
        block.add(getattr(wire, kind), when, flag, core=core, gil=gil, cpu=cpu)
    first = block.payload()
    # A second block of the same thread begins anew, with the GIL and core it left off with.
    block.add(wire.END, START + 3600000000001)
    return [wire.frame(wire.EVENTS, first), wire.frame(wire.EVENTS, block.payload())]


CONTROL = [
    (wire.HELLO, {
        "protocol": 1, "token": "00ff", "pid": 4242, "ppid": 1, "python": "3.12.1", "implementation": "cpython",
        "executable": "/usr/bin/python3", "argv": ["na\u00efve \u201cscript\u201d.py", "", "\U0001f40d", "a\"b\\c\n"],
        "engine": "estimated", "engine_reason": "the native tracer was not built", "switch_interval_s": 0.005,
        "gil_enabled": True, "start_ns": "1234567890123456", "main_tid": 4242, "agent": "0.1.0",
    }),
    (wire.GIL, {"id": 0, "ns": "1234567890123456", "interpreter": 0, "count0": "0"}),
    (wire.STATE, {"switch_interval_s": 0.25, "drop_sites": True}),
    (wire.THREAD, {"serial": 1, "tid": 4242, "name": "MainThread", "main": True}),
    (wire.THREAD, {"tid": 4243, "name": "gilscope", "own": True}),
    (wire.WATCH, {
        "id": 1, "expression": "__main__:na\u00efve[\"k\"][0]", "ns": "1234567890123456", "rate_hz": 100.0, "state": "waiting",
        "reason": "there is no \"na\u00efve\"",
    }),
    (wire.WATCH, {"id": 1, "expression": "__main__:x", "ns": "1234567890123457", "rate_hz": 0.5, "split": True,
                  "state": "counted", "type": "dict"}),
    (wire.LOG, {"level": "info", "text": "a line\u2028and \u0000 another"}),
    (wire.REPLY, {"id": 1, "ok": True, "value": 0.25}),
    (wire.REPLY, {"id": 2, "ok": False, "error": "unknown command: fly"}),
    (wire.GOODBYE, {"reason": "exit"}),
]


def control():
    frames = [wire.json_frame(kind, value) for kind, value in CONTROL]
    watermark = wire.frame(wire.WATERMARK, (2**53 + 1).to_bytes(8, "little"))
    counts = wire.refcount_row(1, 0, 3, 56) + wire.refcount_row(2, 5, 0, 2**64 - 1) + wire.refcount_row(65535, 2, 0, 2**64 - 1)
    marks = [
        wire.mark(wire.MARK_BEGIN, START, 1, 0, 7, 31337, "na\u00efve \ud800\U0001f40d"),
        wire.mark(wire.MARK_INSTANT, START + 1, 0, 2**32 + 5, 0, 2**32 - 1, "x" * 200),
        wire.mark(wire.MARK_END, 2**64 - 1, 2**63, 6),
        wire.mark(wire.MARK_NONE, START, 0, 2**32 - 1),
    ]
    frames[-1:-1] = [wire.frame(wire.MARK, payload) for payload in marks]
    return frames[:-1] + [watermark, wire.frame(wire.REFCOUNT, wire.refcount_head(START, 2**40, 3, True) + counts), frames[-1]]


def meaning(frame):
    """A frame as the JSON beside the bytes says it."""
    kind, payload = frame[4], frame[8:]
    if kind == wire.EVENTS:
        serial, tid, dropped, rows = decode_events(payload)
        value = {"serial": serial, "tid": tid, "dropped": dropped, "events": [row(*event) for event in rows]}
    elif kind == wire.CALLS:
        value = calls_meaning(payload)
    elif kind == wire.TALLY:
        value = tally_meaning(payload)
    elif kind == wire.REFCOUNT:
        value = refcounts(payload)
    elif kind == wire.MARK:
        value = marks_meaning(payload)
    elif kind == wire.WATERMARK:
        value = {"ns": str(int.from_bytes(payload, "little"))}
    else:
        value = json.loads(payload.decode("utf-8"))
    return {"kind": kind, "stream": 0, "value": value}


def refcounts(payload):
    """A REFCOUNT payload as the JSON says it; written apart from the writer."""
    number = lambda at, size: int.from_bytes(payload[at : at + size], "little")  # noqa: E731
    size = lambda at: None if number(at, 8) == 2**64 - 1 else number(at, 8)  # noqa: E731
    rows = [
        {"watch": number(at, 2), "flags": payload[at + 2], "count": number(at + 4, 8), "sizeBytes": size(at + 12)}
        for at in range(16, len(payload), 20)
    ]
    return {"ns": str(number(0, 8)), "costNs": number(8, 4), "split": number(14, 2) == 1, "rows": rows}


def marks_meaning(payload):
    """A MARK payload as the JSON says it; written apart from the writer."""
    number = lambda at, size: int.from_bytes(payload[at : at + size], "little")  # noqa: E731
    if number(1, 3) or len(payload) < 32:
        raise ValueError("no MARK")
    value = {"what": payload[0], "dropped": number(4, 4), "ns": str(number(8, 8)), "id": str(number(16, 8))}
    value.update(serial=number(24, 4), tid=number(28, 4), name=payload[32:].decode("utf-8"))
    return value


def row(when, kind, flag, core, gil, cpu):
    event = {"kind": kind, "ns": str(when), "a": flag, "core": None if core == wire.CORE_UNKNOWN else core, "gil": gil}
    if kind == "RELEASE_CPU":
        event["cpu_ns"] = cpu
    if kind == "SITE":
        event["site"] = cpu
    return event


def function_trace():
    records = [
        (wire.CALL_WHOLE, START, 3, 70000, 2**40),
        (wire.CALL_OPEN, START, 0, 0, 0),
        (wire.CALL_OPEN, START + 2**35, 1, 2**32 - 1, 50_000_000),
        (wire.CALL_CLOSE, START + 2**35 + 127, 1, 0, 0),
        (wire.CALL_FORGET, START + 2**35 + 128, 0, 0, 0),
        (wire.CALL_WHOLE, START + 2**35 + 128, 65535, 1, 100_000),
    ]
    rows = [(1, 2**50, 1, 127, 128, 16384, 2**45, 2**53 - 1), (0, 0, 0, 0, 0, 0, 0, 0), (2**32 - 1, 1, 2, 3, 4, 5, 6, 7)]
    site = {"id": 70000, "name": "sleep", "file": "time", "first_line": 0, "builtin": True}
    return [
        wire.json_frame(wire.SITE, site),
        wire.frame(wire.CALLS, wire.calls(7, 31337, 5, records)),
        wire.frame(wire.CALLS, wire.calls(2**32 - 1, 1, 2**32 + 6, [])),
        wire.frame(wire.TALLY, wire.tally(7, 31337, START, START + 150_000_000, rows)),
        wire.frame(wire.TALLY, wire.tally(1, 1, START, START, [])),
    ]


def calls_meaning(payload):
    block = decode_calls(payload)
    records = []
    for kind, when, depth, site, length in block["records"]:
        record = {"kind": kind, "ns": str(when)}
        if kind != "FORGET":
            record["depth"] = depth
        if kind in ("CALL", "OPEN"):
            record["site"] = site
            record["duration" if kind == "CALL" else "age"] = length
        records.append(record)
    return dict(block, records=records)


def tally_meaning(payload):
    tally = decode_tally(payload)
    rows = [{"site": row[0], "calls": row[1], "own": list(row[2:5]), "total": list(row[5:8])} for row in tally["rows"]]
    return dict(tally, **{"from": str(tally["from"]), "until": str(tally["until"]), "rows": rows})


FILES = {"python-events": events, "python-control": control, "python-functions": function_trace}


_ITEM = r'(?:\d+|"(?:[^"\\\n]|\\.)*")'
_SHORT_LIST = re.compile(r"\[\s+(%s(?:,\n\s+%s)*)\s+\]" % (_ITEM, _ITEM))


def contents(name):
    """(bytes, JSON text) of a golden pair."""
    frames = FILES[name]()
    text = json.dumps({"frames": [meaning(frame) for frame in frames]}, indent=2, ensure_ascii=False)
    # As prettier has it: short lists on one line.
    text = _SHORT_LIST.sub(lambda found: "[" + ", ".join(part.strip() for part in found.group(1).split(",\n")) + "]", text)
    return b"".join(frames), text + "\n"


if __name__ == "__main__":
    for name in FILES:
        data, text = contents(name)
        with open(os.path.join(FOLDER, name + ".bin"), "wb") as file:
            file.write(data)
        with open(os.path.join(FOLDER, name + ".json"), "w", encoding="utf-8") as file:
            file.write(text)
