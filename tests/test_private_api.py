"""The project uses Django, its libraries and numba as they are documented, so that a new release can be installed."""

import ast
from pathlib import Path

import pytest

CODE = Path(__file__).parent.parent / "matchmaker"
LIBRARIES = {"django", "rest_framework", "drf_spectacular", "allauth", "celery", "kombu", "numba", "openpyxl", "PIL"}
# Modules whose names are not in Django's documentation as something to import, or only for authors of backends.
PRIVATE = (
    "django.db.backends",
    "django.db.models.sql",
    "django.db.models.fields.related_descriptors",
    "django.db.models.query_utils",
    "django.template.backends",
    "django.template.base",
    "django.template.defaulttags",
    "django.template.library",
    "django.template.loader_tags",
    "django.template.loaders",
    "django.template.smartif",
    "django.template.utils",
    "django.templatetags",
    "django.urls.resolvers",
    "django.utils.tree",
    "numba.core",
)
# Attributes that begin with an underscore are checked by ruff (SLF001).
ALLOWED = {}


def used(file: Path) -> set[str]:
    """What a file imports, as `package.module.name`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_private(name: str) -> bool:
    parts = name.split(".")
    if parts[0] not in LIBRARIES:
        return False
    if any(name == module or name.startswith(f"{module}.") for module in PRIVATE):
        return True
    return any(part.startswith("_") and not part.startswith("__") for part in parts)


def found_in_code() -> set[tuple[str, str]]:
    files = (file for file in CODE.rglob("*.py") if "migrations" not in file.parts)
    return {(str(file.relative_to(CODE)), name) for file in files for name in used(file) if is_private(name)}


def test_no_module_uses_a_private_part_of_a_library():
    assert found_in_code() - set(ALLOWED) == set()


def test_every_exception_is_still_needed_and_has_its_reason():
    assert set(ALLOWED) - found_in_code() == set()
    assert all(ALLOWED.values())


@pytest.mark.parametrize(
    "line",
    [
        "from django.db.models.sql import Query",
        "import django.template.base",
        "from django.template import loader_tags",
        "from django.db.models import _something",
    ],
)
def test_a_private_part_is_recognised(line, tmp_path):
    file = tmp_path / "module.py"
    file.write_text(line)
    assert [name for name in used(file) if is_private(name)]


LOOPS = ("engines/matching/loops.py", "engines/planning/loops.py", "engines/search/loops.py")


def compiled_functions(file: Path) -> list[str]:
    """Names of the functions that numba compiles."""
    functions = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)]
    decorators = {function.name: " ".join(map(ast.unparse, function.decorator_list)) for function in functions}
    return [name for name, text in decorators.items() if "njit" in text or "_compiled" in text]


def test_few_functions_are_compiled_and_only_in_three_files():
    compiled = {str(file.relative_to(CODE)): compiled_functions(file) for file in CODE.rglob("*.py")}
    assert {file for file, names in compiled.items() if names} == set(LOOPS)
    assert sum(map(len, compiled.values())) <= 25


@pytest.mark.parametrize("file", LOOPS)
def test_compiled_loops_need_no_other_file_so_that_old_machine_code_is_never_used(file):
    assert not [name for name in used(CODE / file) if name.startswith("matchmaker")]
