"""What the documents name exists: make targets, commands, settings, files, modules, tests, links and versions."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

import matchmaker
from matchmaker.celery import app
from matchmaker.notifications import calendars

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
TABLES_OF_TESTS = ("docs/faults.md", "docs/bad_inputs.md")
HISTORY = ("docs/decisions/",)  # these also name files that a change has removed
NOT_FOR_OPERATORS = {
    "TEST_SQLITE": "database of the tests",
    "NO_COLOR": "a convention of terminals",
}
DOTTED, FILE = re.compile(r"[a-z_]+(\.\w+)+(\(.*\))?"), re.compile(r"\.(md|py|toml|html|txt|csv|css|js)$")
SOURCES = ("matchmaker", "tests", "templates", "static", "data", "docs", "benchmarks", "deploy", ".github", ".ci")


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def is_history(page: Path) -> bool:
    return page_name(page).startswith(HISTORY)


def code_spans(text: str) -> list[str]:
    """Texts between single backquotes, outside of code blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def code_blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_make_targets_and_commands_of_a_page_exist(page):
    text = page.read_text()
    named = "\n".join([*code_spans(text), *code_blocks(text, r"\w*")])
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]+)", named)) - targets == set()
    commands = {*get_commands(), "version"}  # manage.py itself prints the version
    assert set(re.findall(r"manage\.py ([a-z_]+)", named)) - commands == set()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_scripts_of_a_page_exist(page):
    named = "\n".join([*code_spans(page.read_text()), *code_blocks(page.read_text(), r"\w*")])
    scripts = set(re.findall(r"(?<![\w./-])(?:benchmarks/\w+\.py|bin/\w+)", named))
    assert [script for script in sorted(scripts) if not (ROOT / script).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_of_a_page_lead_to_files(page):
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def exists(path: str) -> bool:
    """Is there such a file, seen from the root, `matchmaker/` or `docs/`? A path may have `*` and end in `::name`."""
    path = path.split("::")[0].rstrip("/")
    return any(any(base.glob(path)) for base in (ROOT, ROOT / "matchmaker", ROOT / "docs"))


@pytest.mark.parametrize("page", [page for page in PAGES if not is_history(page)], ids=page_name)
def test_files_that_a_page_names_exist(page):
    """A path is a span that begins with a folder of the repository, or ends in the ending of a source file."""
    missing = []
    for span in code_spans(page.read_text()):
        if not re.fullmatch(r"[\w.*-]+(/[\w.*-]+)+/?(::\w+)*", span):
            continue
        first, layer = span.split("/")[0], (ROOT / "matchmaker" / span.split("/")[0]).is_dir()
        is_source = first in SOURCES or (layer and span.endswith((".py", ".html")))
        if is_source and not exists(span):
            missing.append(span)
    assert missing == []


@pytest.mark.parametrize("page", [page for page in PAGES if not is_history(page)], ids=page_name)
def test_modules_that_a_page_names_can_be_imported(page):
    text = page.read_text()
    for span in code_spans(text):
        if re.fullmatch(r"matchmaker(\.\w+)+", span):
            assert resolve(span), span


def resolve(dotted: str) -> bool:
    """Does a dotted name lead to a module, or to something in one?"""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            target = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            if not hasattr(target, name):
                return False
            target = getattr(target, name)
        return True
    return False


def is_a_name_of_ours(name: str) -> bool:
    """A module or something in one, a table, a task, or what makes an attachment."""
    known = {model._meta.label for model in apps.get_models()} | set(app.tasks) | set(calendars.makers.items())
    return name in known or resolve(f"matchmaker.{name}")


@pytest.mark.parametrize("page", [page for page in PAGES if not is_history(page)], ids=page_name)
def test_dotted_names_of_a_page_exist(page):
    """A span such as `companies.notices.notify_company(company, …)`: it begins with a layer."""
    layers = {path.name for path in (ROOT / "matchmaker").iterdir() if path.is_dir()}
    app.autodiscover_tasks(force=True)
    named = {
        span.partition("(")[0]
        for span in code_spans(page.read_text())
        if DOTTED.fullmatch(span) and not FILE.search(span)
    }
    assert {name for name in named if name.split(".")[0] in layers and not is_a_name_of_ours(name)} == set()


@pytest.mark.parametrize("page", [page for page in PAGES if not is_history(page)], ids=page_name)
def test_python_examples_of_a_page_use_names_that_exist(page):
    wrong = []
    for block in code_blocks(page.read_text(), "python"):
        tree = ast.parse(block)
        imported = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("matchmaker"):
                for alias in node.names:
                    imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        used = [
            f"{imported[node.value.id]}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported
        ]
        wrong += [name for name in [*imported.values(), *used] if not resolve(name)]
    assert wrong == []


def test_the_page_about_design_lists_every_component():
    table = (ROOT / "docs/design.md").read_text().split("## Components", 1)[1].split("\n## ", 1)[0]
    first_cells = " ".join(re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_cells)) == {path.stem for path in (ROOT / "templates/components").glob("*")}


def names_in(path: Path) -> set[str]:
    """Names of the tests, and of the classes and functions that hold or help them, in a file."""
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


@pytest.mark.parametrize("name", TABLES_OF_TESTS)
def test_every_test_that_a_table_names_exists(name):
    """`tests/x.py::Class::test_y` or, in one cell, `tests/x.py`: `test_y`, `test_z`; `test_y` alone means any file."""
    everywhere = {test for path in (ROOT / "tests").rglob("test_*.py") for test in names_in(path)}
    wrong = []
    for line in (ROOT / name).read_text().splitlines():
        file = None
        for span in code_spans(line):
            if re.fullmatch(r"tests/[\w/]+\.py(::\w+)*", span):
                path, *names = span.split("::")
                file = ROOT / path
                known = names_in(file) if file.is_file() else set()
                wrong += [] if file.is_file() and set(names) <= known else [span]
            elif re.fullmatch(r"test_\w+", span):
                known = names_in(file) if file and file.is_file() else everywhere
                wrong += [] if span in known else [f"{span} in {file and page_name(file)}"]
    assert wrong == []


# -- settings ---------------------------------------------------------------------------------------------------------


def settings_read_by_the_code() -> set[str]:
    patterns = (
        r"env\.\w+\(\s*\"([A-Z][A-Z0-9_]*)\"",
        r"environ\.get\(\"([A-Z][A-Z0-9_]*)\"",
        r"environ\[\"([A-Z][A-Z0-9_]*)\"\]",
        r"\"([A-Z][A-Z0-9_]*)\" (?:not )?in os\.environ",
        r"_number\(\"([A-Z][A-Z0-9_]*)\"",
    )
    texts = [path.read_text() for path in (ROOT / "matchmaker").rglob("*.py")]
    found = {name for text in texts for pattern in patterns for name in re.findall(pattern, text)}
    found |= {f"{prefix}*" for text in texts for prefix in re.findall(r"startswith\(\"([A-Z]+_)\"\)", text)}
    return found | set(re.findall(r"\$\{([A-Z_]+):-", (ROOT / "bin/bounced").read_text()))


def test_the_table_of_settings_names_what_the_code_reads_and_nothing_else():
    rows = re.findall(r"^\| `([A-Z0-9_*]+)` \|", (ROOT / "docs/operating/configure.md").read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == settings_read_by_the_code() - NOT_FOR_OPERATORS.keys()


def test_the_example_of_an_environment_file_is_current():
    command = [sys.executable, str(ROOT / "deploy/env_example.py")]
    made = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert (ROOT / ".env.example").read_text() == made  # make env-example


def test_a_shell_reads_the_example_of_an_environment_file(tmp_path):
    lines = re.sub(r"^#([A-Z])", r"\1", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    file = tmp_path / "site.env"
    file.write_text(lines.replace('SITE_URL=""', 'SITE_URL="https://match.example.org"'))
    shell = subprocess.run(["sh", "-eu", "-c", f". {file}; echo $SITE_URL"], capture_output=True, check=True, text=True)
    assert shell.stdout == "https://match.example.org\n"


# -- versions ---------------------------------------------------------------------------------------------------------


def test_the_changelog_begins_with_the_version_of_the_code():
    versions = re.findall(r"^## (\d+\.\d+\.\d+) — \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == matchmaker.__version__


def test_the_changelog_says_nothing_twice():
    bullets = re.findall(r"^- .+(?:\n  .+)*", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert len(bullets) == len(set(bullets))
