"""Reads exported tables by Python's own csv and json modules; prints what they add up to. Of export.test.ts."""

import csv
import json
import os
import sys
from decimal import Decimal

folder, kind = sys.argv[1:3]


def rows_of(path):
    if kind == "csv":
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line, parse_float=Decimal) for line in file]


def flag(value):
    return value is True or value == "true"


def sums(rows, column):
    out = {}
    for row in rows:
        seconds, count = out.get(int(row["tid"]), (Decimal(0), 0))
        begins = 0 if flag(row["cut_start"]) else 1
        out[int(row["tid"])] = (seconds + Decimal(row[column]), count + begins)
    return {tid: [int(seconds * 10**9), count] for tid, (seconds, count) in out.items()}


def plain(value):
    """The same for both formats: CSV knows only text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


tables = {name.split(".")[0]: rows_of(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(kind)}
json.dump(
    {
        "columns": {name: list(rows[0]) for name, rows in tables.items()},
        "rows": {name: [[plain(value) for value in row.values()] for row in rows] for name, rows in tables.items()},
        "holds": sums(tables.get("holds", []), "hold_s"),
        "waits": sums(tables.get("waits", []), "wait_s"),
        "switches": len(tables.get("switches", [])),
    },
    sys.stdout,
)
