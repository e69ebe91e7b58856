"""Plays the engine in tests: a Unix socket server that reads the frames of one agent, and can send commands.

Uses the agent's own FrameReader for cutting; events are decoded here, independently of the writer.
"""

import json
import os
import socket
import sys
import tempfile
import threading

AGENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, AGENT)

from gilscope_agent import wire  # noqa: E402

KINDS = ["TAKE", "DROP", "WAIT", "REQUEST", "SWITCH_WAIT", "END", "RELEASE_CPU", "SITE"]
JSON_KINDS = {wire.HELLO, wire.THREAD, wire.GIL, wire.STATE, wire.LOG, wire.GOODBYE, wire.REPLY}


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def decode_events(data):
    """(serial, tid, dropped, [(ns, kind, flag, core, gil, cpu)]) of an EVENTS payload."""
    number = lambda at, size: int.from_bytes(data[at : at + size], "little")  # noqa: E731
    gil, core, when, count, at = number(12, 2), number(14, 2), number(16, 8), number(24, 4), 28
    events = []
    for _ in range(count):
        head = data[at]
        delta, at = _varint(data, at + 1)
        when += delta
        if head & 32:
            core, at = _varint(data, at)
        if head & 64:
            gil, at = _varint(data, at)
        cpu = 0
        if head & 7 in (6, 7):
            cpu, at = _varint(data, at)
        events.append((when, KINDS[head & 7], bool(head & 8), core, gil, cpu))
    if at != len(data):
        raise ValueError("bytes after the last event")
    return number(0, 4), number(4, 4), number(8, 4), events


RECORDS = {1: "CALL", 2: "OPEN", 3: "CLOSE", 4: "FORGET"}


def decode_calls(data):
    """{serial, tid, dropped, records: [(kind, ns, depth, site, ns)]} of a CALLS payload; what a kind has not is None."""
    number = lambda at, size: int.from_bytes(data[at : at + size], "little")  # noqa: E731
    when, at, records = number(16, 8), 24, []
    for _ in range(number(12, 4)):
        kind = RECORDS[data[at]]
        delta, at = _varint(data, at + 1)
        when += delta
        more = [None, None, None]
        for i in range({"CALL": 3, "OPEN": 3, "CLOSE": 1, "FORGET": 0}[kind]):
            more[i], at = _varint(data, at)
        records.append((kind, when) + tuple(more))
    if at != len(data):
        raise ValueError("bytes after the last record")
    return {"serial": number(0, 4), "tid": number(4, 4), "dropped": number(8, 4), "records": records}


def decode_tally(data):
    """{serial, tid, from, until, rows: [(site, calls, own holding, waiting, released, total ...)]} of a TALLY payload."""
    number = lambda at, size: int.from_bytes(data[at : at + size], "little")  # noqa: E731
    at, rows = 32, []
    for _ in range(number(24, 4)):
        row = []
        for _ in range(8):
            value, at = _varint(data, at)
            row.append(value)
        rows.append(tuple(row))
    if at != len(data) or number(28, 4):
        raise ValueError("no TALLY")
    return {"serial": number(0, 4), "tid": number(4, 4), "from": number(8, 8), "until": number(16, 8), "rows": rows}


class Collector:
    """`with Collector() as c:` start a program with `c.environment(...)`; afterwards its frames are in `c`."""

    def __init__(self, read=True):
        self.folder = tempfile.mkdtemp(prefix="gilscope-test-")
        self.path = os.path.join(self.folder, "s")
        self.frames = []
        self.changed = threading.Condition()
        self.connection = None
        self.ended = False
        self._read = read
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(self.path)
        self._server.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        for sock in (self._server, self.connection):
            if sock is not None:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                sock.close()
        self._thread.join(5)
        os.unlink(self.path)
        os.rmdir(self.folder)

    def _serve(self):
        try:
            self.connection, _ = self._server.accept()
        except OSError:
            return
        reader = wire.FrameReader()
        while self._read:
            try:
                chunk = self.connection.recv(65536)
            except OSError:
                break
            if not chunk:
                break
            frames = reader.push(chunk)
            with self.changed:
                self.frames += frames
                self.changed.notify_all()
        with self.changed:
            self.ended = self._read
            self.changed.notify_all()

    def send(self, **command):
        self.connection.sendall(wire.json_frame(wire.COMMAND, command))

    def wait_for(self, kind, test=lambda value: True, timeout=20):
        """The first JSON frame of that kind which passes the test; AssertionError when none comes."""
        with self.changed:
            found = self.changed.wait_for(lambda: self._find(kind, test) or self.ended, timeout)
            value = self._find(kind, test)
        if value is None:
            raise AssertionError("no frame of kind %d (%s)" % (kind, "stream ended" if found else "timed out"))
        return value

    def wait_end(self, timeout=20):
        with self.changed:
            if not self.changed.wait_for(lambda: self.ended, timeout):
                raise AssertionError("the agent did not close its connection")

    def _find(self, kind, test):
        return next((v for v in self.values(kind) if test(v)), None)

    def values(self, kind):
        return [json.loads(p.decode("utf-8")) for k, p in list(self.frames) if k == kind]

    def blocks(self):
        return [decode_events(p) for k, p in list(self.frames) if k == wire.EVENTS]

    def calls(self):
        return [decode_calls(p) for k, p in list(self.frames) if k == wire.CALLS]

    def tallies(self):
        return [decode_tally(p) for k, p in list(self.frames) if k == wire.TALLY]

    def events(self):
        """serial -> all its events in order."""
        found = {}
        for serial, _, _, events in self.blocks():
            found.setdefault(serial, []).extend(events)
        return found

    def names(self):
        """serial or tid -> latest name, own threads left out."""
        return {t.get("serial") or t["tid"]: t["name"] for t in self.values(wire.THREAD) if not t.get("own")}
