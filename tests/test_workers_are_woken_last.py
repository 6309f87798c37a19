"""Pages and the API wake a worker after the change that it works on, and not before it.

Without a surrounding transaction `on_commit` runs at once: the worker then finds nothing to do, and the change waits
for the next tick of the timetable, up to ten seconds.
"""

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

CODE = Path(__file__).parent.parent / "matchmaker"
FILES = [file for layer in ("web", "api") for file in sorted((CODE / layer).rglob("*.py"))]


def is_wake(call: ast.Call) -> bool:
    """`transaction.on_commit(start_…)`"""
    if ast.unparse(call.func) != "transaction.on_commit" or not call.args:
        return False
    return ast.unparse(call.args[0]).rpartition(".")[2].startswith("start_")


def is_change(call: ast.Call, helpers: set[str]) -> bool:
    """A call of a service, which takes who acts as `by=`, or of a function of the module that calls one."""
    return any(keyword.arg == "by" for keyword in call.keywords) or ast.unparse(call.func) in helpers


def helpers_of(module: ast.Module) -> set[str]:
    """Functions of a module that change something, themselves or by another one."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    found: set[str] = set()
    while more := {one.name for one in functions if calls(one, partial(is_change, helpers=found))} - found:
        found |= more
    return found


def calls(statement: ast.stmt, wanted: Callable[[ast.Call], bool]) -> bool:
    return any(isinstance(node, ast.Call) and wanted(node) for node in ast.walk(statement))


def too_early(text: str) -> list[int]:
    """Lines that wake a worker although a statement that may run after them changes something."""
    module = ast.parse(text)
    return _too_early(module.body, partial(is_change, helpers=helpers_of(module)))


def _too_early(statements: list[ast.stmt], changes: Callable[[ast.Call], bool]) -> list[int]:
    found, woken = [], 0
    for statement in statements:
        if woken and calls(statement, changes):
            found.append(woken)
        for name in ("body", "orelse", "finalbody"):
            found += _too_early(getattr(statement, name, []), changes)
        for handler in getattr(statement, "handlers", []):
            found += _too_early(handler.body, changes)
        if calls(statement, is_wake) and not ends(statement):
            woken = next(n.lineno for n in ast.walk(statement) if isinstance(n, ast.Call) and is_wake(n))
    return found


def ends(statement: ast.stmt) -> bool:
    """Whether what wakes the worker in it is followed by a return, so that nothing after the statement runs."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return True
    body = getattr(statement, "body", [])
    inner = next((one for one in body if calls(one, is_wake)), None)
    return isinstance(body[-1], ast.Return | ast.Raise) or ends(inner) if inner is not None else False


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CODE)))
def test_a_worker_is_woken_after_the_change(file):
    assert too_early(file.read_text()) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def page():\n    transaction.on_commit(start_delivery)\n    save(by=1)", [2]),
        ("def page():\n    save(by=1)\n    transaction.on_commit(tasks.start_delivery)", []),
        ("def page():\n    if x:\n        transaction.on_commit(start_delivery)\n    if y:\n        save(by=1)", [3]),
        ("def page():\n    if x:\n        transaction.on_commit(start_it)\n        return 1\n    save(by=1)", []),
        ("def page():\n    if x:\n        transaction.on_commit(start_it)\n    else:\n        save(by=1)", []),
        ("def page():\n    transaction.on_commit(start_it)\n    _save(1)\n\n\ndef _save(x):\n    save(by=x)", [2]),
        ("def one():\n    transaction.on_commit(start_it)\n\n\ndef two():\n    save(by=1)", []),
    ],
)
def test_what_is_too_early_is_found(text, lines):
    assert too_early(text) == lines
