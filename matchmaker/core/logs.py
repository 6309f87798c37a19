"""One readable line an event; `LOG_FORMAT=json` writes one JSON object a line for a collector."""

import json
import logging
import os
import time


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
            return json.dumps(row | ({"trace": trace} if trace else {}), ensure_ascii=False)
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()} "
        return f"{clock} {level}{record.name.removeprefix('matchmaker.')}: {message}{trace}"
