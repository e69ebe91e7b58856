"""What a recording says of functions: sums and spans put together from TALLY and CALLS, and checked as a reader would. Used by test_calls.py and test_calls_estimated.py."""

import json

from collector import decode_calls, decode_events, decode_tally
from gilscope_agent import wire

OWN_HOLD, OWN_WAIT, OWN_FREE, HOLD, WAIT, FREE = range(1, 7)


class Trace:
    """`frames`: (kind, payload) of one connection."""

    def __init__(self, frames):
        values = lambda kind: [json.loads(p.decode("utf-8")) for k, p in frames if k == kind]  # noqa: E731
        self.sites = {site["id"]: site for site in values(wire.SITE)}
        self.states = [s for s in values(wire.STATE) if any(key.startswith("functions") for key in s)]
        self.sums = {}  # serial -> site -> [calls, own..., total...]
        self.spans = {}  # serial -> (from, until)
        self.records = {}
        self.dropped = {}
        self.events = {}
        for kind, payload in frames:
            if kind == wire.TALLY:
                self._add(decode_tally(payload))
            elif kind == wire.CALLS:
                block = decode_calls(payload)
                self.records.setdefault(block["serial"], []).extend(block["records"])
                self.dropped[block["serial"]] = block["dropped"]
            elif kind == wire.EVENTS:
                serial, _, _, events = decode_events(payload)
                self.events.setdefault(serial, []).extend(events)

    def _add(self, tally):
        serial = tally["serial"]
        begin, end = self.spans.get(serial, (tally["from"], tally["from"]))
        if tally["from"] < end or tally["until"] < tally["from"]:
            raise ValueError("TALLY intervals of a thread overlap")
        self.spans[serial] = (begin, tally["until"])
        sums = self.sums.setdefault(serial, {})
        for row in tally["rows"]:
            mine = sums.setdefault(row[0], [0] * 7)
            for i, value in enumerate(row[1:]):
                mine[i] += value

    @property
    def reason(self):
        return ([s["functions_reason"] for s in self.states if "functions_reason" in s] or [None])[-1]

    def reasons(self):
        return [s["functions_reason"] for s in self.states if s.get("functions_reason")]

    def site(self, number):
        return self.sites.get(number, {"name": "?", "file": "?"})

    def rows(self, name, file=None, serial=None):
        """The figures of the functions of that name, added up over threads."""
        total = [0] * 7
        for each, sums in self.sums.items():
            for number, row in sums.items():
                site = self.site(number)
                if site["name"] == name and (file is None or site["file"] == file) and serial in (None, each):
                    total = [a + b for a, b in zip(total, row)]
        return total

    def counts(self, file):
        """Calls by name of the functions of a file."""
        found = {}
        for sums in self.sums.values():
            for number, row in sums.items():
                site = self.site(number)
                if site["file"] == file and row[0]:
                    found[site["name"]] = found.get(site["name"], 0) + row[0]
        return found

    def serial_of(self, name):
        return next(s for s, sums in self.sums.items() if any(self.site(n)["name"] == name for n in sums))

    def own(self, serial):
        """(holding, waiting, released) over all functions of a thread."""
        rows = self.sums[serial].values()
        return [sum(row[i] for row in rows) for i in (OWN_HOLD, OWN_WAIT, OWN_FREE)]

    def gil(self, serial):
        """The same from EVENTS, for the time the sums are of."""
        begin, end = self.spans[serial]
        has, since, found = 0, begin, [0, 0, 0]
        for event in self.events[serial]:
            kind = {"TAKE": 0, "WAIT": 1, "DROP": 2}.get(event[1])
            if kind is None:
                continue
            when = min(max(event[0], begin), end)
            found[has] += when - since
            has, since = kind, when
        found[has] += end - since
        return found

    def calls(self, serial=None):
        """[(depth, name, begin, end or None)] of the spans, as a reader closes them; ValueError for a record that makes no sense."""
        found = []
        for each, records in self.records.items():
            if serial in (None, each):
                found += self._read(records)
        return found

    def _read(self, records):
        found, open_calls, last = [], {}, 0
        for kind, ns, depth, site, length in records:
            if ns < last:
                raise ValueError("records go back in time")
            last = ns
            if kind == "CALL":
                found.append((depth, self.site(site)["name"], ns - length, ns))
            elif kind == "OPEN":
                if sorted(open_calls) != list(range(depth)):
                    raise ValueError("told open before what is around it")
                open_calls[depth] = (self.site(site)["name"], ns - length)
            elif kind == "CLOSE":
                if depth != max(open_calls, default=None):
                    raise ValueError("what closes is not the innermost that is open")
                found.append((depth,) + open_calls.pop(depth) + (ns,))
            else:
                found += [(d, name, begin, None) for d, (name, begin) in open_calls.items()]
                open_calls = {}
        if open_calls:
            raise ValueError("calls stay open: %r" % open_calls)
        return found


def nested(calls):
    """Whether calls of one depth follow each other, and each lies within one of the depth before if that has any that long."""
    levels = {}
    for depth, _, begin, end in calls:
        levels.setdefault(depth, []).append((begin, end))
    for depth, level in levels.items():
        level.sort()
        if any(a[1] is None or a[1] > b[0] for a, b in zip(level, level[1:])):
            return False
        outer = levels.get(depth - 1, [])
        for begin, end in level:
            if depth and not any(b <= begin and (e is None or end is None or end <= e) for b, e in outer):
                return False
    return True
