"""Reads exported Feather files by pyarrow; prints types and what they add up to. Of export.test.ts."""

import json
import os
import sys

import pyarrow.compute as pc
import pyarrow.feather

folder = sys.argv[1]
tables = {name[:-6]: pyarrow.feather.read_table(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith(".arrow")}


def kind(column):
    """As docs/exports.md has it: a text is a dictionary of strings."""
    return "text" if pyarrow.types.is_dictionary(column.type) else str(column.type)


def by_thread(table, column):
    summed = tables[table].group_by("tid").aggregate([(column, "sum"), ("cut_start", "count")])
    return {str(row["tid"]): [row[column + "_sum"], row["cut_start_count"]] for row in summed.to_pylist()}


json.dump(
    {
        "columns": {name: {column.name: kind(column) for column in table.schema} for name, table in tables.items()},
        "holds": by_thread("holds", "hold_s"),
        "waits": by_thread("waits", "wait_s"),
        "switches": tables["switches"].num_rows,
        "blame": pc.sum(tables["blame"]["wait_s"]).as_py(),
        "threads": {str(row["tid"]): row for row in tables["threads"].to_pylist()},
        "functions": pc.sum(tables["functions"]["calls"]).as_py(),
        "refcounts": tables["refcounts"]["expression"].unique().to_pylist(),
    },
    sys.stdout,
)
