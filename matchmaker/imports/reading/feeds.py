"""What an address answers with, JSON or a sheet, as one sheet in which every row names its number and its line.

JSON is a list of demands, or an object that holds one under `demands`, `items`, `results` or `data`. A demand is flat
but for `lines`, a list of flat objects; what it says itself holds for each of them.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.imports import headers, reading
from matchmaker.imports.reading.problems import Unreadable

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
LISTS = ("demands", "items", "results", "data")
PART = "part"

Names = Mapping[str, Sequence[str]]


def as_sheet(body: bytes, names: Names) -> tuple[bytes, list[tuple[str, str]]]:
    """A CSV file, and (number, line) of each of its rows.

    Args:
        names: what people call our columns `ref` and `part`.

    Raises:
        Unreadable: `json_invalid`, `json_shape`, `no_ref`, `feed_too_long`, or as a sheet is.
    """
    head, rows = _from_json(body) if body.lstrip()[:1] in (b"[", b"{") else _from_sheet(body)
    if len(rows) > MOST_ROWS:
        raise Unreadable("feed_too_long", limit=MOST_ROWS)
    places = headers.suggest(head, names, nearly=False)
    if "ref" not in places:
        raise Unreadable("no_ref")
    if PART not in places:
        places[PART] = len(head)
        head, rows = [*head, PART], [[*row, ""] for row in rows]
    seen: Counter[str] = Counter()
    present = []
    for row in rows:
        ref = row[places["ref"]].strip()
        seen[ref] += 1
        row[places[PART]] = row[places[PART]].strip() or str(seen[ref])
        present.append((ref, row[places[PART]]))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    return out.getvalue().encode("utf-8-sig", "replace"), present


def _from_sheet(body: bytes) -> tuple[list[str], list[list[str]]]:
    file = io.BytesIO(body)
    found = [cells for _number, cells in reading.rows(file, reading.look(file))]
    if not found:
        raise Unreadable("empty")
    width = len(found[0])
    return found[0], [[*cells, *[""] * (width - len(cells))][:width] for cells in found[1:]]


def _from_json(body: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=str)
    except (ValueError, RecursionError):
        raise Unreadable("json_invalid") from None
    if isinstance(value, dict):
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unreadable("json_shape")
    rows = [row for one in value for row in _rows(one)]
    head = list(dict.fromkeys(name for row in rows for name in row))
    if not rows:
        raise Unreadable("empty")
    return head, [[row.get(name, "") for name in head] for row in rows]


def _rows(demand: dict[str, Any]) -> list[dict[str, str]]:
    lines = demand.pop("lines", [{}])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Unreadable("json_shape")
    whole = _flat(demand)
    return [{**whole, **{PART if name == "id" else name: text for name, text in _flat(line).items()}} for line in lines]


def _flat(said: dict[str, Any]) -> dict[str, str]:
    return {str(name)[:100]: _text(value) for name, value in said.items()}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        raise Unreadable("json_shape")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
