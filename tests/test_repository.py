"""What a linter cannot check about the repository."""

import ast
import re
import subprocess
from pathlib import Path

from django.apps import apps

from matchmaker.web.access import route_policies
from matchmaker.web.rendering import audit_log

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    *("engines", "core", "translation", "notifications", "accounts", "companies", "campaigns", "catalogue"),
    *("market_access", "matching", "directory", "messaging", "imports", "events", "first_orders", "reporting"),
    *("api", "web", "running"),
)


def test_layers_in_the_docs_are_the_folders():
    folders = {p.parent.name for p in (ROOT / "matchmaker").glob("*/__init__.py")}
    rows = re.findall(r"^\| \d+ \| (.+?) \|", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert folders == set(LAYERS)
    assert listed == set(LAYERS)


def test_foreign_keys_point_down():
    """A foreign key given as a string escapes the import linter. Every layer may refer to the user (Django's way)."""
    order = {name: place for place, name in enumerate(LAYERS)}
    upward = []
    for model in apps.get_models():
        if not model.__module__.startswith("matchmaker."):
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not target.__module__.startswith("matchmaker."):
                continue
            here, there = model.__module__.split(".")[1], target.__module__.split(".")[1]
            if order[there] > order[here] and target._meta.label != "accounts.User":
                upward.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert upward == []


def test_every_route_declares_its_policy():
    assert [path for path, pattern in route_policies.routes() if route_policies.policy_of(pattern) is None] == []


def test_no_celery_eta_beyond_a_minute():
    """Anything later is a row with a date: the visibility timeout of the broker would run such a task several times."""
    late = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "matchmaker").rglob("*.py")
        if re.search(r"\b(eta|countdown)\s*=", path.read_text())
    ]
    assert late == []


def test_no_inline_script_or_style_in_templates():
    """The content security policy allows none."""
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "notifications" not in path.parts  # mails need inline styles; the policy does not apply to them
        and re.search(
            r"\sstyle=\"|<style|\son[a-z]+=\"|<script(?![^>]*(src=|application/(ld\+)?json))", path.read_text()
        )
    ]
    assert found == []


def test_no_stray_paths_of_one_machine():
    hits = subprocess.run(
        ["git", "grep", "-nIE", "(/home/[a-z]|/root/|C:\\\\Users)", "--", ".", ":!tests/test_repository.py"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert hits.stdout == ""


def _calls(name: str):
    """Every call of a function or method of this name in our code, with file and line."""
    for path in sorted((ROOT / "matchmaker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", {word.arg: word.value for word in node.keywords}


def test_every_notice_says_which_organisation_it_is_about():
    """A person who leaves an organisation gets no more of its notices; `about=None` is for what concerns one person."""
    told = {place: words for place, words in _calls("notify") if "to" in words}
    assert len(told) > 20
    assert [place for place, words in told.items() if "about" not in words] == []


def test_every_verb_of_the_audit_is_put_into_words():
    verbs = {value.value for _place, words in _calls("record") if isinstance(value := words.get("verb"), ast.Constant)}
    assert len(verbs) > 100
    verbs |= _verbs_passed_to_a_helper()
    # Verbs that are made from a state.
    verbs |= {"event_published", "event_cancelled", "request_accepted", "request_declined"}
    verbs |= {"move_accepted", "move_declined", "company_approved", "company_returned"}
    assert verbs - audit_log.VERBS.keys() == set()


def _verbs_passed_to_a_helper() -> set[str]:
    """Verbs that a service passes to a function of its own, which writes the record."""
    found: set[str] = set()
    for path in Path("matchmaker").rglob("services/*.py"):
        tree = ast.parse(path.read_text())
        place = {
            node.name: [arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)].index("verb")
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and "verb" in [arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)]
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", "")
            if name not in place:
                continue
            given = [word.value for word in call.keywords if word.arg == "verb"] or call.args[place[name] :][:1]
            found |= {value.value for value in given if isinstance(value, ast.Constant)}
    return found


def test_the_site_imports_engines_through_their_doors_only():
    """The door of an engine is its package; `__init__.pyi` lists what stands in it."""
    behind = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in (ROOT / "matchmaker").rglob("*.py")
        if "engines" not in path.relative_to(ROOT / "matchmaker").parts[:1]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and re.fullmatch(r"matchmaker\.engines\.\w+\..+", node.module or "")
    ]
    assert behind == []
