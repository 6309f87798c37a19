"""Reads one workbook for `workbooks`, in a process that may be killed: `workbook_process.py MEMORY SECONDS [SHEET]`.

The workbook comes on stdin. Without SHEET the answer is one line of JSON: names of the visible and of the hidden
sheets. With SHEET it is one line of JSON for each row with any text: its number and its cells as text.
It imports nothing of the project, so that it starts quickly and its limit of memory is its own.
"""

import datetime as dt
import io
import json
import resource
import sys


def main(memory: str, seconds: str, *sheet: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    if not sheet:
        kinds = python_calamine.SheetTypeEnum, python_calamine.SheetVisibleEnum
        sheets = [one for one in book.sheets_metadata if one.typ == kinds[0].WorkSheet]
        visible = [one.name for one in sheets if one.visible == kinds[1].Visible]
        answer([visible, [one.name for one in sheets if one.name not in visible]])
        return
    for number, row in enumerate(book.get_sheet_by_name(sheet[0]).iter_rows(), 1):
        cells = [cell_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            answer([number, cells])


def answer(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def cell_text(value: object) -> str:
    """The cell as a person reads it: a day in ISO 8601, a number without a trailing .0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return f"{value:.12g}" if abs(value) < 1e12 else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
