"""Category and HS code, suggested from what is being typed."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from matchmaker.catalogue.models import HSCode
from matchmaker.core import languages
from matchmaker.matching.services import WORTH_SHOWING, code_question, suggest_codes
from matchmaker.web.access.decorators import supplier
from matchmaker.web.supplier.forms import ProductForm

SHOWN = 4


@supplier
def suggest(request: HttpRequest) -> HttpResponse:
    """The chips; with a pick, the two fields as well. Texts are long, so pages ask by POST; an address works too."""
    values = request.POST or request.GET
    chosen = picked_codes(values)
    form = ProductForm(initial={"category": values.get("category", ""), "hs_code": values.get("hs_code", ""), **chosen})
    part = "codes" if chosen else "suggestions"
    return render(request, f"supplier/codes.html#{part}", {"form": form, "suggestions": suggestions(values)})


def picked_codes(values: Mapping[str, str]) -> dict[str, str]:
    """The fields that a chip was tapped for."""
    return {field: values[f"pick_{field}"] for field in ("category", "hs_code") if values.get(f"pick_{field}")}


def suggestions(values: Mapping[str, str]) -> dict:
    """Categories and codes for the supplier's own text, each with how certain it is in percent.

    The field names are those of the product form: `texts-0-name`, `texts-0-description`, `texts-0-language`.
    """
    name, description = values.get("texts-0-name", ""), values.get("texts-0-description", "")
    text, language = f"{name}. {description}".strip(". "), values.get("texts-0-language", "")
    found = suggest_codes(text, language, top=SHOWN, least=WORTH_SHOWING)
    question = code_question(text, language, values.get("narrow") or values.get("narrowed", ""), SHOWN)
    codes = question.codes or found.hs_codes
    return {
        "categories": [{"category": row, "percent": round(100 * share)} for row, share in found.categories],
        "hs_codes": [{"code": row, **_path(row), "percent": round(100 * share)} for row, share in codes],
        "question": question,
        "asked": bool(name or description),
    }


def _path(code: HSCode) -> dict[str, str]:
    """From the chapter down in the reader's language; else its everyday names in it; in English otherwise."""
    if not code.path.has(languages.current()) and code.everyday_names:
        return {"path": code.description, "path_lang": code.description_tag}
    return {"path": str(code.path), "path_lang": languages.tag_of(code.path.language())}
