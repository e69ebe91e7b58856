"""Reads an exported trace (perfetto by its wire format, chrome by json), checks what the format asks for and prints what it adds up to.

Field numbers are those of https://perfetto.dev/docs/reference/trace-packet-proto. Of exportTraces.test.ts.
"""

import collections
import json
import struct
import sys
import zlib


def wrong(what):
    raise SystemExit(f"not as the format says: {what}")


# --- protobuf, by hand


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data):
    """Field number -> values, in their order."""
    out = collections.defaultdict(list)
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
            if len(value) != length:
                wrong("cut short")
        else:
            wrong(f"wire type {kind}")
        out[key >> 3].append(value)
    return out


def one(message, number, default=None):
    values = message.get(number, [default])
    return values[-1]


def text(message, number):
    value = one(message, number)
    return None if value is None else value.decode("utf-8")


def packets(data):
    for raw in fields(data)[1]:
        packet = fields(raw)
        if 50 in packet:
            yield from packets(zlib.decompress(packet[50][0]))
        else:
            yield packet


class Sequence:
    def __init__(self, clock):
        self.now = clock
        self.interned = collections.defaultdict(dict)


# gilscope's own, which other readers pass over.
RECORD = 30_000_001
INTERNED = {1: "category", 2: "name", 3: "key", 4: "source", 29: "string"}


class Perfetto:
    def __init__(self, data):
        self.tracks = {}
        self.sequences = {}
        self.events = []
        for packet in packets(data):
            self.packet(packet)

    def packet(self, packet):
        if RECORD in packet:
            json.loads(text(packet, RECORD))
            return
        if 60 in packet:
            self.track(fields(packet[60][0]))
            return
        sequence = one(packet, 10)
        if 6 in packet:
            clocks = [fields(clock) for clock in fields(packet[6][0])[1]]
            times = {one(clock, 1): one(clock, 2) for clock in clocks}
            if sequence is None:
                self.origin = times[3]
                return
            if one(packet, 13) != 1 or times[64] != times[3]:
                wrong("a sequence does not begin with its clock")
            self.sequences[sequence] = Sequence(times[64])
            return
        if 58 in packet:
            about = fields(packet[11][0])
            notes = [fields(note) for note in about[4]]
            self.about = {text(note, 10): text(note, 6) for note in notes}
            return
        state = self.sequences[sequence]
        if one(packet, 13) != 2:
            wrong("a packet does not say that it needs what came before")
        if 12 in packet:
            for number, entries in fields(packet[12][0]).items():
                for entry in map(fields, entries):
                    kind = INTERNED[number]
                    state.interned[kind][one(entry, 1)] = entry if kind == "source" else text(entry, 2)
            return
        state.now += one(packet, 8)
        self.events.append((state.now - self.origin, state, fields(packet[11][0])))

    def track(self, track):
        uuid = one(track, 1)
        if uuid in self.tracks:
            wrong("two tracks of one number")
        self.tracks[uuid] = track
        parent = one(track, 5)
        if parent is not None and parent not in self.tracks:
            wrong("a track before its parent")

    def total(self):
        total = Total()
        open_slices = collections.defaultdict(list)
        flows = set()
        for at, state, event in self.events:
            track = one(event, 11)
            described = self.tracks[track]
            kind = one(event, 9)
            name = state.interned["name"].get(one(event, 10))
            notes = {}
            for note in map(fields, event[4]):
                value = one(note, 3)
                notes[state.interned["key"][one(note, 1)]] = (
                    state.interned["string"][one(note, 17)] if value is None else value
                )
            for number, value in zip(event[31], event[12]):
                total.counter(text(self.tracks[number], 2), value)
            if kind == 4:
                value = one(event, 30)
                value = struct.unpack("<d", one(event, 44))[0] if value is None else value
                total.counter(text(described, 2), value)
            elif kind == 1:
                categories = [state.interned["category"][iid] for iid in event[3]]
                source = state.interned["source"].get(one(event, 34))
                where = None if source is None else text(source, 3)
                open_slices[track].append((at, name, categories, notes, where))
                for flow in event[48]:
                    total.arrows += flow in flows
                    flows.discard(flow)
            elif kind == 2:
                begin, name, categories, began, where = open_slices[track].pop()
                total.slice(self.lane(described), name, at - begin, categories, {**began, **notes}, where)
            elif kind == 3:
                total.instants[name] += 1
                for flow in event[47]:
                    if flow in flows:
                        wrong("an arrow begins twice")
                    flows.add(flow)
            else:
                wrong(f"an event of kind {kind}")
        if any(open_slices.values()) or flows:
            wrong("a slice or an arrow has no end")
        total.about = self.about
        return total

    def lane(self, track):
        if 4 in track:
            thread = fields(track[4][0])
            return ("thread", one(thread, 2), text(thread, 5))
        return ("track", None, text(track, 2))


# --- Trace Event JSON


def chrome(data):
    trace = json.loads(data.decode("utf-8"))
    total = Total()
    total.about = trace["otherData"]
    names = {}
    lanes = collections.defaultdict(list)
    arrows = {}
    for event in trace["traceEvents"]:
        phase, place = event["ph"], (event["pid"], event.get("tid"))
        if phase == "M":
            if event["name"] == "thread_name":
                names[place] = event["args"]["name"]
        elif phase == "X":
            begin, length = ns(event["ts"]), ns(event["dur"])
            lanes[place].append((begin, -length, event))
        elif phase == "s":
            arrows[event["id"]] = event
        elif phase == "f":
            begin = arrows.pop(event["id"])
            if ns(begin["ts"]) > ns(event["ts"]) or event["bp"] != "e":
                wrong("an arrow that points back")
            total.arrows += 1
        elif phase == "C":
            for value in event["args"].values():
                total.counter(event["name"], value)
        elif phase == "i":
            total.instants[event["name"]] += 1
        else:
            wrong(f"phase {phase}")
    if arrows:
        wrong("an arrow has no end")
    for place, slices in lanes.items():
        slices.sort(key=lambda each: each[:2])
        ends = []
        for begin, minus, event in slices:
            while ends and ends[-1] <= begin:
                ends.pop()
            if ends and begin - minus > ends[-1]:
                wrong("slices of one thread that cross")
            ends.append(begin - minus)
            args = event.get("args", {})
            tid = place[1]
            kind = "track" if tid >= 2**24 else "thread"
            lane = (kind, tid if kind == "thread" else None, names[place])
            total.slice(lane, event["name"], -minus, [event["cat"]], args, args.get("where"))
    return total


def ns(us):
    return round(us * 1000)


# --- what both add up to


class Total:
    def __init__(self):
        self.threads = {}
        self.lanes = collections.defaultdict(lambda: [0, 0])
        self.instants = collections.Counter()
        self.counters = {}
        self.arrows = 0
        self.about = None

    def counter(self, name, value):
        known = self.counters.setdefault(name, [0, value])
        known[0] += 1
        known[1] = max(known[1], value)

    def slice(self, lane, name, length, categories, notes, where):
        kind, tid, lane_name = lane
        if kind != "thread":
            sums = self.lanes[lane_name]
            sums[0] += 1
            sums[1] += length
            return
        thread = self.threads.setdefault(tid, {"name": lane_name, "slices": {}, "ended": {}, "where": []})
        sums = thread["slices"].setdefault(name, [0, 0])
        sums[0] += 1
        sums[1] += length
        if "ended" in notes:
            thread["ended"][notes["ended"]] = thread["ended"].get(notes["ended"], 0) + 1
        if where is not None and where not in thread["where"]:
            thread["where"].append(where)

    def told(self):
        return {**self.__dict__}


kind, path = sys.argv[1:3]
with open(path, "rb") as opened:
    data = opened.read()
print(json.dumps((Perfetto(data).total() if kind == "perfetto" else chrome(data)).told()))
