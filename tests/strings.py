"""The strings of code and templates that are to be translated, read as makemessages reads them but without gettext."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

# Functions that mark a string, with the places of context, text and plural among their arguments.
MARKS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}", re.DOTALL)


@cache
def marked_strings() -> dict[tuple[str | None, str], str]:
    """(context, English text) → the file where it stands first."""
    root, strings = Path(settings.BASE_DIR), {}
    for path, code in code_of_files():
        for key in strings_of(code):
            strings.setdefault(key, str(path.relative_to(root)))
    return strings


def code_of_files() -> Iterator[tuple[Path, str]]:
    """Every module and template with its code."""
    root = Path(settings.BASE_DIR)
    for path in sorted((root / "matchmaker").rglob("*.py")):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path, of_template(path.read_text(encoding="utf-8"))


def of_template(text: str) -> str:
    """A template as one line of calls; makemessages does the same, but xgettext does not mind indentation."""
    return templatize(COMMENT.sub("", text)).replace("\n", " ").strip()


def strings_of(code: str) -> Iterator[tuple[str | None, str]]:
    """(context, English text) of every marked string of Python code."""
    for context, message in _messages(code):
        yield context, message if isinstance(message, str) else message[0]


def plurals_of(code: str) -> Iterator[tuple[tuple[str | None, str], str]]:
    """(context, English text), plural, of every marked string that has one."""
    for context, message in _messages(code):
        if not isinstance(message, str):
            yield (context, message[0]), message[1]


def _messages(code: str) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    source = io.BytesIO(code.encode())
    for _line, message, _comments, context in extract("python", source, MARKS, options={"encoding": "utf-8"}):
        yield context, message
