"""A second, independent reader of docs/protocol.md, for tests only (native and agent).

It listens on a Unix socket, lets a program connect, and turns the stream into plain
lists. It is strict: whatever the protocol does not allow is an AssertionError.
"""
import json
import os
import socket
import struct
import threading

TAKE, DROP, WAIT, REQUEST, SWITCH_WAIT, END, RELEASE_CPU, SITE = range(8)
KIND_NAMES = ["TAKE", "DROP", "WAIT", "REQUEST", "SWITCH_WAIT", "END", "RELEASE_CPU", "SITE"]
JSON_KINDS = {1: "HELLO", 4: "THREAD", 5: "GIL", 7: "STATE", 8: "LOG", 9: "GOODBYE", 10: "REPLY"}
MAX_PAYLOAD = 1 << 20


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        assert shift < 70, "varint of more than 10 bytes"


def decode_events(payload):
    """One EVENTS block: (header dict, [(kind, flag, ns, core, gil, cpu_ns or site or None)])."""
    serial, tid, dropped, gil, core, ns, count = struct.unpack_from("<IIIHHQI", payload)
    header = {"serial": serial, "tid": tid, "dropped": dropped}
    at, events = 28, []
    for _ in range(count):
        head = payload[at]
        assert head & 0x90 == 0, "reserved bits of an event are set"
        kind = head & 7
        delta, at = varint(payload, at + 1)
        ns += delta
        if head & 0x20:
            core, at = varint(payload, at)
        if head & 0x40:
            gil, at = varint(payload, at)
        cpu = None
        if kind in (RELEASE_CPU, SITE):
            cpu, at = varint(payload, at)
        events.append((kind, bool(head & 8), ns, core, gil, cpu))
    assert at == len(payload), "bytes left over in an EVENTS block"
    return header, events


class Stream:
    """What one process said."""

    def __init__(self):
        self.frames = []       # (kind, payload or decoded JSON) but for EVENTS
        self.threads = {}      # serial -> {"tid", "dropped", "events": [...], "blocks": n}
        self.watermark = 0
        self.late = []         # events at or before a watermark already given
        self.counters = {}     # gil -> last count
        self.event_bytes = 0
        self.ended = threading.Event()

    def json(self, name):
        return [value for kind, value in self.frames if JSON_KINDS.get(kind) == name]

    @property
    def hello(self):
        return self.json("HELLO")[0]

    @property
    def goodbye(self):
        values = self.json("GOODBYE")
        return values[-1]["reason"] if values else None

    def gils(self):
        return {g["id"]: g for g in self.json("GIL")}

    def own_serials(self):
        return {t["serial"] for t in self.json("THREAD") if t.get("own") and "serial" in t}

    def captured(self, gil=0):
        return sum(1 for t in self.threads.values() for e in t["events"] if e[0] == TAKE and e[1] and e[4] == gil)

    def counted(self, gil=0):
        return self.counters[gil] - int(self.gils()[gil]["count0"])

    def dropped(self):
        return sum(t["dropped"] for t in self.threads.values())

    def events(self):
        return sum(len(t["events"]) for t in self.threads.values())

    def frame(self, kind, payload):
        if not self.frames:
            assert kind == 1, "the first frame is not HELLO but %d" % kind
        if kind == 2:
            self.event_bytes += len(payload) + 8
            return self._events(*decode_events(payload))
        if kind == 3:
            (mark,) = struct.unpack("<Q", payload)
            assert mark >= self.watermark, "the watermark went back"
            self.watermark = mark
        if kind == 6:
            gil, _, _, ns, count = struct.unpack("<HHIQQ", payload)
            self.counters[gil] = count
        self.frames.append((kind, json.loads(payload.decode()) if kind in JSON_KINDS else payload))

    def _events(self, header, events):
        thread = self.threads.setdefault(
            header["serial"], {"tid": header["tid"], "dropped": 0, "events": [], "blocks": 0, "last": 0, "gaps": []})
        assert thread["tid"] == header["tid"], "one serial, two threads"
        assert header["dropped"] >= thread["dropped"], "the count of dropped events went back"
        if header["dropped"] > thread["dropped"]:
            thread["gaps"].append(len(thread["events"]))
        thread["dropped"] = header["dropped"]
        thread["blocks"] += 1
        for event in events:
            assert event[2] >= thread["last"], "events of a thread out of order"
            thread["last"] = event[2]
            if event[2] <= self.watermark:
                self.late.append((header["serial"], event))
        thread["events"].extend(events)

    def holds(self, gil=0):
        """(start, end, serial) of every hold of a GIL, in order; open ones are left out."""
        found = []
        for serial, thread in self.threads.items():
            start = None
            for index, (kind, _, ns, _, event_gil, _) in enumerate(thread["events"]):
                if index in thread["gaps"]:
                    start = None
                if event_gil != gil:
                    continue
                if kind == TAKE:
                    start = ns
                elif kind == DROP and start is not None:
                    found.append((start, ns, serial))
                    start = None
        return sorted(found)

    def overlaps(self, gil=0):
        holds = self.holds(gil)
        return [(a, b) for a, b in zip(holds, holds[1:]) if b[0] < a[1]]


class Listener:
    """Accepts one connection and reads it to its end in a thread of its own."""

    def __init__(self, path, pause=None):
        self.stream = Stream()
        self.error = None
        self.pause = pause      # an Event to wait for before reading on, to play a slow engine
        self.peer = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if os.path.exists(path):
            os.unlink(path)
        self._socket.bind(path)
        self._socket.listen(1)
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            self.peer, _ = self._socket.accept()
            self._connected.set()
            self._read()
        except Exception as error:  # the test's main thread re-raises it in finish()
            self.error = error
        finally:
            self.stream.ended.set()

    def _read(self):
        pending = bytearray()
        while True:
            if self.pause is not None:
                self.pause.wait(30)
            data = self.peer.recv(1 << 18)
            if not data:
                assert not pending, "the stream ends inside a frame"
                return
            pending += data
            at = 0
            while len(pending) - at >= 8:
                length, kind, reserved, stream = struct.unpack_from("<IBBH", pending, at)
                assert length <= MAX_PAYLOAD and reserved == 0 and stream == 0
                if len(pending) - at < 8 + length:
                    break
                self.stream.frame(kind, bytes(pending[at + 8:at + 8 + length]))
                at += 8 + length
            del pending[:at]

    def command(self, value, timeout=5):
        assert self._connected.wait(timeout)
        payload = json.dumps(value).encode()
        self.peer.sendall(struct.pack("<IBBH", len(payload), 64, 0, 0) + payload)

    def finish(self, timeout=20):
        assert self.stream.ended.wait(timeout), "the stream did not end"
        self._socket.close()
        if self.error:
            raise self.error
        return self.stream
