"""The repository tests itself."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from matchmaker.web.access import route_policies
from matchmaker.web.rendering import audit_log

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    *("core", "language", "notifications", "accounts", "companies", "campaigns", "catalogue"),
    *("market_access", "matching", "directory", "messaging", "imports", "events", "api", "web", "running"),
)


def test_floors_in_the_docs_are_the_folders():
    folders = {p.parent.name for p in (ROOT / "matchmaker").glob("*/__init__.py")}
    drawn = set(re.findall(r"^\| (?:\d|door) \| `(\w+)`", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE))
    assert folders == set(FLOORS)
    assert drawn == set(FLOORS)


def test_foreign_keys_point_down():
    """A foreign key given as a string escapes the import linter. The person is everybody's, as Django means it."""
    order = {name: place for place, name in enumerate(FLOORS)}
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


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/operating.md"])
def test_make_targets_and_commands_named_in_the_docs_exist(page):
    text = (ROOT / page).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) - targets == set()
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands()) == set()


def test_links_in_the_docs_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken += [f"{page.relative_to(ROOT)} → {target}"]
    assert broken == []


def test_no_file_over_four_hundred_lines():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    skipped = ("vendor", "migrations", "locale")
    long = []
    for name in filter(None, listed.split("\0")):
        if name.endswith((".py", ".html", ".js", ".css")) and not any(part in name for part in skipped):
            path = ROOT / name
            if path.exists() and len(path.read_text().splitlines()) > 400:
                long.append(name)
    assert long == []


def test_no_celery_eta_beyond_a_minute():
    """Anything later lives in a row (F14): the visibility timeout would run it several times over."""
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
        if "notifications" not in path.parts  # mails need inline styles; no policy reaches them
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
    """Every call of a function or method of this name in our code, with its place."""
    for path in sorted((ROOT / "matchmaker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", {word.arg: word.value for word in node.keywords}


def test_every_notice_says_which_organisation_it_is_about():
    """Whoever leaves one is told nothing more of it; `about=None` is for what concerns the person alone."""
    told = {place: words for place, words in _calls("notify") if "to" in words}
    assert len(told) > 20
    assert [place for place, words in told.items() if "about" not in words] == []


def test_every_verb_of_the_audit_is_put_into_words():
    verbs = {value.value for _place, words in _calls("record") if isinstance(value := words.get("verb"), ast.Constant)}
    assert len(verbs) > 100
    verbs |= _verbs_by_way_of_a_helper()
    # Verbs that are put together from a state.
    verbs |= {"event_published", "event_cancelled", "request_accepted", "request_declined"}
    verbs |= {"move_accepted", "move_declined", "company_approved", "company_returned"}
    assert verbs - audit_log.SAID.keys() == set()


def _verbs_by_way_of_a_helper() -> set[str]:
    """Verbs that a service gives to a function of its own, which writes the record."""
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
