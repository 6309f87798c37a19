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


FRAMEWORK = (
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.NotAuthenticated,
    exceptions.Throttled,
    exceptions.UnsupportedMediaType,
)
TRANSLATIONS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 1, "str": 0}  # function → place of the text


def problem_codes() -> list[dict]:
    """One row for each code, in order: `code`, `status`, `sentence`.

    Of a code that several places use, the first that has a sentence.
    """
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(CODE.rglob("*.py"))]
    constants = {name: value for tree in trees for name, _line, value in _assigned(tree) if name.isupper()}
    codes: dict[str, dict] = {}
    for one in FRAMEWORK:
        code = one.default_code
        codes[code] = {"code": code, "status": one.status_code, "sentence": str(one.default_detail)}
    for tree in trees:
        for row in _rows(tree, constants):
            if not codes.setdefault(row["code"], row)["sentence"]:
                codes[row["code"]] = row
    return sorted(codes.values(), key=lambda row: row["code"])


def _assigned(tree: ast.AST) -> list[tuple[str, int, ast.expr]]:
    """(name, line, value) of each assignment to one name, in the order of lines."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    return sorted(((node.targets[0].id, node.lineno, node.value) for node in found), key=lambda one: one[1])


def _rows(tree: ast.AST, constants: dict[str, ast.expr]) -> Iterator[dict]:
    assigned = _assigned(tree)
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
            known = constants | {name: value for name, line, value in assigned if line < node.lineno}
            sentence = _sentence(node.args[sentence_at], known) if sentence_at < len(node.args) else ""
            yield {"code": code, "status": stated or status, "sentence": sentence}


def _constant(arguments: list[ast.expr], place: int):
    """The constant at a place, or None."""
    return getattr(arguments[place], "value", None) if place < len(arguments) else None


def _sentence(node: ast.expr, known: dict[str, ast.expr]) -> str:
    """The text of `_("…")`, of `_("…") % {…}`, or of the last name that such a text was assigned to; else ""."""
    if isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.Name) and node.id in known:
        return _sentence(known[node.id], {})
    place = TRANSLATIONS.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
    if place is None or len(node.args) <= place:
        return ""
    text = node.args[place]
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    return _sentence(text, known)


class Command(BaseCommand):
    help = "Write the list of problem codes that the page /api/v1/problems/ shows."

    def handle(self, *args, **options):
        rows = problem_codes()
        PROBLEM_CODES.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(rows)} codes")
