"""Reads exports as other tools do, by what their formats' documents say, and prints what they add up to as JSON. Knows nothing of gilscope.

read_profiles.py speedscope|collapsed|gecko FILE
"""

import json
import re
import sys

UNITS = ("none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes")
COLORS = "transparent purple green orange yellow lightblue blue brown magenta red lightred darkgrey grey".split()
FORMATS = "string unique-string integer duration".split()


def only(value, required, optional=()):
    """An object with these keys, and none that the format does not know."""
    assert isinstance(value, dict), value
    missing, unknown = set(required) - set(value), set(value) - set(required) - set(optional)
    assert not missing and not unknown, (missing, unknown)


def number(value):
    assert isinstance(value, (int, float)) and not isinstance(value, bool), value
    return value


def index(value, length):
    assert isinstance(value, int) and not isinstance(value, bool) and 0 <= value < length, (value, length)
    return value


def text(value):
    assert isinstance(value, str), value
    value.encode("utf-8")
    return value


def speedscope(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    only(data, ["$schema", "shared", "profiles"], ["name", "activeProfileIndex", "exporter"])
    assert data["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    only(data["shared"], ["frames"])
    frames = data["shared"]["frames"]
    for frame in frames:
        only(frame, ["name"], ["file", "line", "col"])
        text(frame["name"]), text(frame.get("file", "")), number(frame.get("line", 0))
    index(data["activeProfileIndex"], len(data["profiles"]))
    told = []
    for profile in data["profiles"]:
        assert profile["unit"] in UNITS
        common = ["type", "name", "unit", "startValue", "endValue"]
        assert number(profile["startValue"]) <= number(profile["endValue"])
        if profile["type"] == "evented":
            only(profile, common + ["events"])
            total = evented(profile, frames)
        else:
            assert profile["type"] == "sampled"
            only(profile, common + ["samples", "weights"])
            assert len(profile["samples"]) == len(profile["weights"])
            for stack in profile["samples"]:
                assert stack and all(index(frame, len(frames)) >= 0 for frame in stack)
            total = sum(number(weight) for weight in profile["weights"])
        told.append({"type": profile["type"], "name": text(profile["name"]), "total": total})
    return told


def evented(profile, frames):
    """Time in any function: every frame is closed in the opposite order of opening, and time never goes back."""
    stack, last, total = [], profile["startValue"], 0
    for event in profile["events"]:
        only(event, ["type", "frame", "at"])
        index(event["frame"], len(frames))
        assert last <= number(event["at"]) <= profile["endValue"], event
        if stack:
            total += event["at"] - last
        last = event["at"]
        if event["type"] == "O":
            stack.append(event["frame"])
        else:
            assert event["type"] == "C" and stack.pop() == event["frame"], event
    assert not stack
    return total


def collapsed(path):
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    assert lines.pop() == ""
    total = {}
    for line in lines:
        match = re.fullmatch(r"([^;\n]+(?:;[^;\n]+)+) (\d+)", line)
        assert match and int(match[2]) > 0, line
        root = match[1].split(";")[0]
        total[root] = total.get(root, 0) + int(match[2])
    return total


def table(value, columns, length=None):
    only(value, [*columns, "length"], ["weightType"])
    for column in columns:
        assert len(value[column]) == value["length"], column
    return value["length"]


def gecko(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    meta, strings = data["meta"], data["shared"]["stringArray"]
    assert meta["preprocessedProfileVersion"] == 57 and data["libs"] == []
    for key in ("interval", "startTime", "processType", "stackwalk", "version"):
        number(meta[key])
    text(meta["product"])
    assert len(set(map(text, strings))) == len(strings)
    for category in meta["categories"]:
        only(category, ["name", "color", "subcategories"])
        assert category["color"] in COLORS and category["subcategories"][0] == "Other"
    assert any(category["color"] == "grey" for category in meta["categories"])
    schemas = {schema["name"]: schema for schema in meta["markerSchema"]}
    for schema in schemas.values():
        only(schema, ["name", "display", "fields"], ["tooltipLabel", "tableLabel", "chartLabel", "description"])
        for field in schema["fields"]:
            only(field, ["key", "format"], ["label", "hidden"])
            assert field["format"] in FORMATS
    for thread in meta["initialVisibleThreads"] + meta["initialSelectedThreads"]:
        index(thread, len(data["threads"]))
    for counter in data["counters"]:
        only(counter, ["name", "category", "description", "pid", "mainThreadIndex", "samples"])
        index(counter["mainThreadIndex"], len(data["threads"]))
        table(counter["samples"], ["time", "count"])
        assert counter["samples"]["time"] == sorted(counter["samples"]["time"])
    return [gecko_thread(thread, meta, strings, schemas) for thread in data["threads"]]


def gecko_thread(thread, meta, strings, schemas):
    own = ["processType", "processStartupTime", "processShutdownTime", "registerTime", "unregisterTime", "pausedRanges"]
    own += ["name", "processName", "isMainThread", "pid", "tid", "showMarkersInTimeline"]
    tables = ["samples", "markers", "stackTable", "frameTable", "funcTable", "resourceTable", "nativeSymbols"]
    only(thread, own + tables)
    assert text(thread["pid"]).isdigit() and isinstance(thread["isMainThread"], bool)
    table(thread["resourceTable"], ["lib", "name", "host", "type"])
    table(thread["nativeSymbols"], ["libIndex", "address", "name", "functionSize"])
    funcs = thread["funcTable"]
    table(funcs, "name isJS relevantForJS resource fileName lineNumber columnNumber".split())
    for name, file in zip(funcs["name"], funcs["fileName"]):
        index(name, len(strings))
        assert file is None or index(file, len(strings)) >= 0
    frames = thread["frameTable"]
    table(frames, "address inlineDepth category subcategory func nativeSymbol innerWindowID line column".split())
    for category, func in zip(frames["category"], frames["func"]):
        index(category, len(meta["categories"])), index(func, funcs["length"])
    stacks = thread["stackTable"]
    for i in range(table(stacks, ["frame", "prefix"])):
        index(stacks["frame"][i], frames["length"])
        assert stacks["prefix"][i] is None or index(stacks["prefix"][i], i) >= 0
    samples = thread["samples"]
    table(samples, ["stack", "time", "weight"])
    assert samples["weightType"] == "tracing-ms" and samples["time"] == sorted(samples["time"])
    in_calls = 0
    for stack, weight in zip(samples["stack"], samples["weight"]):
        assert number(weight) > 0
        if stack is not None:
            index(stack, stacks["length"])
            in_calls += weight
    markers = thread["markers"]
    sums = {}
    for i in range(table(markers, "data name startTime endTime phase category".split())):
        index(markers["category"][i], len(meta["categories"]))
        name, data = strings[index(markers["name"][i], len(strings))], markers["data"][i]
        fields = {field["key"]: field["format"] for field in schemas[data["type"]]["fields"]}
        for key, value in data.items():
            assert key == "type" or key in fields
            if fields.get(key) == "unique-string":
                index(value, len(strings))
        start, end, phase = markers["startTime"][i], markers["endTime"][i], markers["phase"][i]
        assert (phase == 0 and end is None) or (phase == 1 and end >= start), (start, end, phase)
        one = sums.setdefault(name, {"count": 0, "ms": 0, "category": meta["categories"][markers["category"][i]]["name"]})
        one["count"] += 1
        one["ms"] += 0 if end is None else end - start
    return {"name": text(thread["name"]), "tid": thread["tid"], "in_calls_ms": in_calls, "markers": sums}


print(json.dumps({"speedscope": speedscope, "collapsed": collapsed, "gecko": gecko}[sys.argv[1]](sys.argv[2])))
