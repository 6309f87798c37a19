"""Write matchmaker/api/problem_codes.json: the codes of refusals that stand in the code, for the page of problems."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand
from rest_framework import exceptions

from matchmaker.api.docs import PROBLEM_CODES

CODE = Path(__file__).resolve().parents[3]
# Calls that name a code: function → (place of the code, place of the sentence, place of the status, usual status).
CALLS = {
    "Refused": (0, 1, None, 409),
    "problem": (1, 2, 0, 400),
    "to_program": (2, 3, 1, 400),
    "ParseError": (1, 0, None, 400),
    "AuthenticationFailed": (1, 0, None, 401),
    "PermissionDenied": (1, 0, None, 403),
}


def problem_codes() -> list[dict]:
    """One row for each code, in order: `code`, `status`, `sentence`. Of a code that several places use, the first."""
    codes: dict[str, dict] = {}
    for base in (exceptions.MethodNotAllowed, exceptions.UnsupportedMediaType, exceptions.NotAcceptable):
        row = {"status": base.status_code, "sentence": ""}
        codes[base.default_code] = {"code": base.default_code, **row}
    codes["throttled"] = {"code": "throttled", "status": 429, "sentence": ""}
    codes["not_authenticated"] = {"code": "not_authenticated", "status": 401, "sentence": ""}
    for file in sorted(CODE.rglob("*.py")):
        for row in _rows(ast.parse(file.read_text(encoding="utf-8"))):
            codes.setdefault(row["code"], row)
    return sorted(codes.values(), key=lambda row: row["code"])


def _rows(tree: ast.AST) -> Iterator[dict]:
    for node in ast.walk(tree):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if name not in CALLS:
            continue
        code_at, sentence_at, status_at, status = CALLS[name]
        code = _constant(node.args, code_at)
        if isinstance(code, str):
            given = next((word.value for word in node.keywords if word.arg == "status"), None)
            stated = getattr(given, "value", None) or (
                _constant(node.args, status_at) if status_at is not None else None
            )
            yield {"code": code, "status": stated or status, "sentence": _sentence(node.args, sentence_at)}


def _constant(arguments: list[ast.expr], place: int):
    """The constant at a place, or None."""
    return getattr(arguments[place], "value", None) if place < len(arguments) else None


def _sentence(arguments: list[ast.expr], place: int) -> str:
    """The text inside `_("…")` or `_("…") % {…}` at a place; empty where it is made up otherwise."""
    node = arguments[place] if place < len(arguments) else None
    if isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and node.args:
        node = node.args[0]
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return ""


class Command(BaseCommand):
    help = "Write the list of problem codes that the page /api/v1/problems/ shows."

    def handle(self, *args, **options):
        rows = problem_codes()
        PROBLEM_CODES.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(rows)} codes")
