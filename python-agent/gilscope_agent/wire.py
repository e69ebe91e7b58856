"""Bytes of docs/protocol.md as Python writes and reads them: frames, event blocks, JSON. Pure; called by the engines and tests.

`json` costs several milliseconds to import, in the user's program; its C core alone costs nothing and is enough here.
"""

try:
    from _json import encode_basestring_ascii as _quote
    from _json import make_scanner as _make_scanner
except ImportError:  # an interpreter without the accelerator
    from json import JSONDecoder
    from json.encoder import py_encode_basestring_ascii as _quote

    _make_scanner = None

PROTOCOL = 1
MAX_PAYLOAD = 1 << 20

HELLO, EVENTS, WATERMARK, THREAD, GIL, COUNTER, STATE, LOG, GOODBYE, REPLY, CHILD, SITE = range(1, 13)
WATCH, REFCOUNT, MARK, LOOK, CALLS, TALLY = range(13, 19)
COMMAND = 64

TAKE, DROP, WAIT, REQUEST, SWITCH_WAIT, END, RELEASE_CPU = range(7)
FLAG_A = 8
NEW_CORE = 32
NEW_GIL = 64
CORE_UNKNOWN = 0xFFFF

# Records of a CALLS frame.
CALL_WHOLE, CALL_OPEN, CALL_CLOSE, CALL_FORGET = range(1, 5)

# What a MARK frame says; NONE tells `dropped` only.
MARK_NONE, MARK_INSTANT, MARK_BEGIN, MARK_END = range(4)


def frame(kind, payload):
    """One frame of the wire. The stream is 0 there."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError("frame of %d bytes is over the bound" % len(payload))
    return len(payload).to_bytes(4, "little") + bytes((kind, 0, 0, 0)) + payload


def dumps(value):
    """JSON text of what the agent sends: None, bool, int, float, str, list, dict. Lone surrogates become escapes."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _quote(str(value))
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        # NaN and the infinities are no JSON.
        return float.__repr__(value) if value - value == 0 else "null"
    if isinstance(value, dict):
        return "{" + ",".join(_quote(str(k)) + ":" + dumps(v) for k, v in value.items()) + "}"
    return "[" + ",".join(dumps(v) for v in value) + "]"


def json_frame(kind, value):
    return frame(kind, dumps(value).encode("utf-8"))


class _Scan:
    """What the C scanner asks of its owner (the attributes of json.JSONDecoder)."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo = {}


_scan = _make_scanner(_Scan()) if _make_scanner else JSONDecoder().scan_once


def loads(payload):
    """The object in a COMMAND; ValueError if it is none."""
    text = bytes(payload).decode("utf-8").strip()
    try:
        value, _ = _scan(text, 0)
    except Exception:
        # StopIteration, JSONDecodeError, or, where `json` itself was never imported, a SystemError without a cause.
        raise ValueError("not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def refcount_head(ns, cost_ns, rows, split):
    """A REFCOUNT payload: the round begun at `ns`, which took `cost_ns`; `rows` rows follow."""
    head = ns.to_bytes(8, "little") + min(cost_ns, 0xFFFFFFFF).to_bytes(4, "little")
    return head + rows.to_bytes(2, "little") + (1 if split else 0).to_bytes(2, "little")


def refcount_row(watch, flags, count, size):
    little = "little"
    return watch.to_bytes(2, little) + bytes((flags, 0)) + count.to_bytes(8, little) + size.to_bytes(8, little)


def mark(what, ns, ident, dropped, serial=0, tid=0, name=""):
    """A MARK payload. One large number: quicker than seven small ones."""
    head = what | (dropped & 0xFFFFFFFF) << 32 | ns << 64 | ident << 128 | serial << 192 | tid << 224
    return head.to_bytes(32, "little") + name.encode("utf-8", "replace")


def varint(out, value):
    """Append `value` as unsigned LEB128."""
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)


def calls(serial, tid, dropped, records):
    """A CALLS payload of (kind, ns, depth, site, duration or age), in the order of time."""
    base = last = records[0][1] if records else 0
    body = bytearray()
    for kind, when, depth, site, length in records:
        body.append(kind)
        varint(body, when - last)
        last = when
        if kind != CALL_FORGET:
            varint(body, depth)
        if kind in (CALL_WHOLE, CALL_OPEN):
            varint(body, site)
            varint(body, length)
    head = b"".join(value.to_bytes(4, "little") for value in (serial, tid, dropped & 0xFFFFFFFF, len(records)))
    return head + base.to_bytes(8, "little") + bytes(body)


def tally(serial, tid, begin, end, rows):
    """A TALLY payload of (site, calls, own holding, waiting, released, total holding, waiting, released)."""
    body = bytearray()
    for row in rows:
        for value in row:
            varint(body, value)
    head = serial.to_bytes(4, "little") + tid.to_bytes(4, "little") + begin.to_bytes(8, "little") + end.to_bytes(8, "little")
    return head + len(rows).to_bytes(4, "little") + bytes(4) + bytes(body)


class EventBlock:
    """Collects the events of one thread and gives them away as EVENTS payloads. Times must not go backwards."""

    __slots__ = ("serial", "tid", "dropped", "gil", "core", "base", "last", "count", "body", "_gil0", "_core0")

    def __init__(self, serial, tid, gil=0):
        self.serial = serial
        self.tid = tid
        self.dropped = 0
        self.gil = self._gil0 = gil
        self.core = self._core0 = CORE_UNKNOWN
        self.base = self.last = self.count = 0
        self.body = bytearray()

    def add(self, kind, when, flag=False, core=None, gil=None, cpu=0):
        """Append an event of `when` ns; `core` and `gil` only when known to have changed, `cpu` only for RELEASE_CPU."""
        core = self.core if core is None else core
        gil = self.gil if gil is None else gil
        if not self.count:
            self.base = self.last = when
            self._gil0, self._core0 = gil, core
            self.gil, self.core = gil, core
        head = kind | (FLAG_A if flag else 0)
        new_core, new_gil = core != self.core, gil != self.gil
        body = self.body
        body.append(head | (NEW_CORE if new_core else 0) | (NEW_GIL if new_gil else 0))
        varint(body, when - self.last)
        if new_core:
            varint(body, core)
            self.core = core
        if new_gil:
            varint(body, gil)
            self.gil = gil
        if kind == RELEASE_CPU:
            varint(body, cpu)
        self.last = when
        self.count += 1

    def payload(self):
        """The EVENTS payload so far; the block is then empty. None if there was nothing."""
        if not self.count:
            return None
        little = "little"
        head = (
            self.serial.to_bytes(4, little)
            + self.tid.to_bytes(4, little)
            + self.dropped.to_bytes(4, little)
            + self._gil0.to_bytes(2, little)
            + self._core0.to_bytes(2, little)
            + self.base.to_bytes(8, little)
            + self.count.to_bytes(4, little)
        )
        body, self.body, self.count = self.body, bytearray(), 0
        return head + bytes(body)


class FrameReader:
    """Cuts a stream of bytes into (kind, payload). ValueError when a frame is over the bound."""

    def __init__(self):
        self._data = bytearray()

    def push(self, chunk):
        self._data += chunk
        frames = []
        while len(self._data) >= 8:
            size = int.from_bytes(self._data[:4], "little")
            if size > MAX_PAYLOAD:
                raise ValueError("frame of %d bytes is over the bound" % size)
            if len(self._data) < 8 + size:
                break
            frames.append((self._data[4], bytes(self._data[8 : 8 + size])))
            del self._data[: 8 + size]
        return frames
