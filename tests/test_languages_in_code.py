"""Text in several languages is data: no column and no line of code is made for certain languages.

The one list of languages is `SITE_LANGUAGES` in the settings.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

from matchmaker.core.languages import site_languages

CODE = Path(__file__).parent.parent / "matchmaker"
# A legal name in Chinese script is a name of its own, not a translation.
COLUMNS = {"companies.Company.name_zh"}
CHINESE = {"zh", "zh-hans"}
# Engines work on texts of given languages.
# File → how many places name certain languages, and why. The numbers only fall.
ALLOWED = {
    "catalogue/origins.py": (1, "where languages put a country beside the goods"),
    "companies/models/company.py": (2, "a legal name in Chinese script, and cities spelt as pinyin for other readers"),
    "core/clocks.py": (1, "the first guess of a time zone, before a browser tells it"),
    "events/services/notices.py": (1, "a company's names by script"),
    "imports/exporting.py": (2, "columns of the sheet of products"),
    "imports/kinds/products.py": (1, "columns of the sheet of products"),
    "running/sample.py": (2, "columns of the sample's files, and the accounts of its people"),
    "running/sample_events.py": (5, "languages that interpreters speak"),
    "running/sample_partner.py": (1, "the sample's partner"),
    "settings.py": (1, "the languages that organisers write in"),
    "translation/engines/remote.py": (3, "codes that the services use for languages"),
    "translation/gloss.py": (2, "where languages put the word that a phrase is about"),
    "web/buyer/demands.py": (1, "languages that the suggestion of codes is told"),
    "web/public/understood.py": (1, "languages that a search does not mention"),
    "web/styleguide/pages.py": (1, "a sample of the style guide"),
}


def columns_of_a_language() -> set[str]:
    endings = tuple(f"_{language.base}" for language in site_languages() if language.base != "id")
    models = (model for model in apps.get_models() if model.__module__.startswith("matchmaker."))
    fields = ((model, field) for model in models for field in model._meta.local_fields)
    return {f"{model._meta.label}.{field.name}" for model, field in fields if field.name.endswith(endings)}


def test_no_column_is_named_for_a_language():
    assert columns_of_a_language() == COLUMNS


def literals(nodes) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def names_languages(node: ast.AST) -> bool:
    """A pair such as ("en", "zh") or {"en": …, "zh-hans": …}, or a question such as `language.startswith("zh")`."""
    match node:
        case ast.Dict(keys=keys):
            found = literals(key for key in keys if key)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            found = literals(elements)
        case ast.Call(func=ast.Attribute(attr="startswith"), args=[first, *_]):
            return bool(literals([first]) & CHINESE)
        case ast.Compare(left=left, comparators=others):
            return bool(literals([left, *others]) & CHINESE)
        case _:
            return False
    return "en" in found and bool(found & CHINESE)


def places() -> Counter[str]:
    found: Counter[str] = Counter()
    for file in sorted(CODE.rglob("*.py")):
        name = file.relative_to(CODE)
        if name.parts[0] != "engines" and "migrations" not in name.parts:
            found[str(name)] += sum(map(names_languages, ast.walk(ast.parse(file.read_text()))))
    return +found


def test_no_line_of_code_names_certain_languages():
    assert dict(places()) == {name: count for name, (count, _reason) in ALLOWED.items()}


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ('{"en": a, "zh-hans": b}', True),
        ('for code in ("en", "zh"): pass', True),
        ('(get_language() or "").startswith("zh")', True),
        ('language == "zh"', True),
        ('{"en": a, "fr": b}', False),
        ('text.startswith("https")', False),
    ],
)
def test_a_pair_of_languages_is_found(code, named):
    assert any(map(names_languages, ast.walk(ast.parse(code)))) is named
