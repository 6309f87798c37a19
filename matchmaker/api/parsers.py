"""JSON as RFC 8259 means it, and forms with a file: what is ambiguous is refused before it reaches a field (B1–B6)."""

import json
import re

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_KEYS = 5_000
MAX_DIGITS = 40


class TooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        request = (parser_context or {}).get("request")
        if int((request.META.get("CONTENT_LENGTH") if request else None) or 0) > MAX_BYTES:
            raise TooLarge(_("Send at most one megabyte at a time."))
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge(_("Send at most one megabyte at a time."))
        return loads(body)


def loads(body: bytes):
    """The value of a JSON text.

    Raises:
        ParseError: with a code that names what is wrong with it.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParseError(_("The body must be UTF-8."), "not_utf8") from None
    _limit_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_finite, parse_int=_short, parse_float=_float)
    except json.JSONDecodeError as error:
        sentence = _("This is not JSON: line %(line)d, column %(column)d.")
        raise ParseError(sentence % {"line": error.lineno, "column": error.colno}, "json_invalid") from None
    _sound(value)
    if not isinstance(value, dict):
        raise ParseError(_("The body must be a JSON object."), "json_invalid")
    return value


def check_form(fields: QueryDict) -> None:
    """What holds for JSON holds for multipart/form-data: each member once, and texts that can be stored.

    Raises:
        ParseError: with a code that names what is wrong with it.
    """
    for name, values in fields.lists():
        if len(values) > 1:
            raise ParseError(_("The member %(name)s stands twice.") % {"name": repr(name[:40])}, "duplicate_key")
        _sound(name)
        _sound(values[0])


# A text in quotes, with escaped characters; where the closing quote is missing, all that follows.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?$)', re.DOTALL)


def _limit_depth(text: str) -> None:
    """Before parsing: a hundred thousand brackets would exhaust the stack."""
    depth = 0
    marks = _QUOTED.sub("", text)
    if marks.count(":") > MAX_KEYS:
        raise TooLarge(_("The body has too many members."))
    for char in marks:
        if char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError(_("The body is nested too deeply."), "json_too_deep")
        elif char in "]}":
            depth -= 1


def _once(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(_("The member %(name)s stands twice.") % {"name": repr(twice[:40])}, "duplicate_key")
    return members


def _finite(name):
    raise ParseError(_("%(name)s is not a JSON number.") % {"name": name}, "number_invalid")


def _short(digits: str):
    if len(digits) > MAX_DIGITS:
        raise ParseError(_("A number here has at most %(count)d digits.") % {"count": MAX_DIGITS}, "number_invalid")
    return int(digits)


def _float(text: str):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ParseError(_("A number is too large."), "number_invalid")
    return text  # kept as written: prices are decimals, and a float would change them


def _sound(value) -> None:
    """NUL and lone surrogates: databases and encoders can't hold them (B6)."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise ParseError(_("A text holds a character that cannot be stored."), "broken_text")
    elif isinstance(value, dict):
        for name, item in value.items():
            _sound(name)
            _sound(item)
    elif isinstance(value, list):
        for item in value:
            _sound(item)
