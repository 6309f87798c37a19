"""What an address answers with, JSON or a sheet, as one sheet in which every row names its number and its line.

JSON is a list of demands, or an object that holds one under `demands`, `items`, `results` or `data`. A demand is flat
but for `lines`, a list of flat objects; what it says itself holds for each of them.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from matchmaker.engines.reading import headers, sheets
from matchmaker.engines.reading.problems import MAX_COLUMNS, Unreadable

MOST_FEED_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_TEXT = 25 * 1024 * 1024  # characters of all rows: what a demand says is repeated in each of its lines
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
    with sheets.every_error_is_damage():
        head, rows = _from_json(body) if body.lstrip()[:1] in (b"[", b"{") else _from_sheet(body)
    places = headers.suggest_columns(head, names, nearly=False)
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
    with closing(sheets.rows(file, sheets.look(file))) as rows:
        table = [cells for _number, cells in islice(rows, MOST_ROWS + 2)]
    if not table:
        raise Unreadable("empty")
    if len(table) > MOST_ROWS + 1:
        raise Unreadable("feed_too_long", limit=MOST_ROWS)
    width = len(table[0])
    return table[0], [[*cells, *[""] * (width - len(cells))][:width] for cells in table[1:]]


def _from_json(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Limits are counted while rows are collected: the table is built only from what holds them."""
    rows: list[dict[str, str]] = []
    head: dict[str, None] = {}
    characters = 0
    for demand in _demands(body):
        for row in _rows(demand):
            rows.append(row)
            head.update(dict.fromkeys(row))
            characters += sum(map(len, row.values()))
            if len(rows) > MOST_ROWS:
                raise Unreadable("feed_too_long", limit=MOST_ROWS)
            if len(head) > MAX_COLUMNS:
                raise Unreadable("too_many_columns", row=len(rows), count=len(head), limit=MAX_COLUMNS)
            if characters > MOST_TEXT:
                raise Unreadable("feed_too_large", limit=MOST_TEXT // 1024 // 1024)
    if not rows:
        raise Unreadable("empty")
    return list(head), [[row.get(name, "") for name in head] for row in rows]


def _demands(body: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise Unreadable("json_invalid") from None
    if isinstance(value, dict):
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unreadable("json_shape")
    return value


def _rows(demand: dict[str, Any]) -> Iterator[dict[str, str]]:
    lines = demand.pop("lines", [{}])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Unreadable("json_shape")
    whole = _flat(demand)
    for line in lines:
        yield {**whole, **{PART if name == "id" else name: text for name, text in _flat(line).items()}}


def _flat(fields: dict[str, Any]) -> dict[str, str]:
    return {str(name)[:100]: _text(value) for name, value in fields.items()}


def _text(value: Any) -> str:
    """A value as a cell. A list may hold plain values only."""
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, list | dict):
        raise Unreadable("json_shape")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
