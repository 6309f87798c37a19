"""One readable line an event; `LOG_FORMAT=json` writes one JSON object a line for a collector."""

import json
import logging
import os
import time

from matchmaker.core import request_ids

STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime"}


class Line(logging.Formatter):
    """Control characters never reach the log: a user's text can't start a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().replace("\n", "⏎").replace("\r", "⏎").replace("\x1b", "")
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        if os.environ.get("LOG_FORMAT") == "json":
            row = {
                "time": record.created,
                "level": record.levelname,
                "logger": record.name,
                "message": message,
            }
            more = {"request_id": request_ids.current(), "trace": trace}
            row |= {name: value for name, value in more.items() if value}
            return json.dumps(_extra(record) | row, ensure_ascii=False)
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()} "
        request_id = f" [{request_ids.current()}]" if request_ids.current() else ""
        return f"{clock} {level}{record.name.removeprefix('matchmaker.')}: {message}{request_id}{trace}"


def _extra(record: logging.LogRecord) -> dict[str, str | int | float | bool]:
    """The `extra=` fields. Libraries also put whole requests and arguments of tasks there: those stay out."""
    fields = ((name, value) for name, value in vars(record).items() if name not in STANDARD)
    return {name: value for name, value in fields if isinstance(value, str | int | float)}
