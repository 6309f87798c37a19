"""What a letter about a match says first: facts in its reader's language, before any words of the other side.

A line of text in a script that the reader does not know says nothing in a subject; category, HS heading, amount and
place are known in every language of the site.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Category, DemandLine, HSCode, Product
from matchmaker.core.formats import quantity
from matchmaker.core.languages import ENGLISH, base_of, current
from matchmaker.core.lists import format_list
from matchmaker.matching.models import Match
from matchmaker.notifications.by_language import in_languages

HEADING = 4  # digits
LONGEST = 60  # characters of the tariff's own English text


def of_line(
    line: DemandLine, languages: Iterable[str] | None = None, known: Mapping[str, HSCode] | None = None
) -> dict[str, Any]:
    """What is wanted: `what`, `amount` and `place` by language ("" where unknown), `closes_on` as an ISO date.

    `known` are the codes that were fetched for many at once (`codes_of`).
    """
    codes, buyer = _codes(line.hs_code, known), line.demand.company
    return {
        "what": in_languages(lambda: _goods(line.category, codes), languages),
        "amount": in_languages(lambda: quantity(line.quantity, line.unit) if line.quantity else "", languages),
        "place": in_languages(lambda: format_list(filter(None, [buyer.place, buyer.country_name])), languages),
        "closes_on": line.demand.closing_on.isoformat(),
    }


def of_product(
    product: Product, languages: Iterable[str] | None = None, known: Mapping[str, HSCode] | None = None
) -> dict[str, Any]:
    """What is offered: `what`, `amount` (the smallest order) and `place` (the country of origin), as in `of_line`."""
    codes, smallest = _codes(product.hs_code, known), product.min_order
    return {
        "what": in_languages(lambda: _goods(product.category, codes), languages),
        "amount": in_languages(lambda: quantity(smallest, product.min_order_unit) if smallest else "", languages),
        "place": in_languages(lambda: product.origin_name or product.company.country_name, languages),
        "closes_on": "",
    }


def names(match: Match, languages: Iterable[str]) -> dict[str, Any]:
    """`product` and `line` as readers of each language can read them; the original where nothing translates it."""
    return {
        "product": in_languages(lambda: match.product.name, languages),
        "line": in_languages(lambda: _within(match.line.text_for_reader.text), languages),
    }


def words_of_product(product: Product, languages: Iterable[str]) -> dict[str, str]:
    """The name that its owner wrote: in the reader's language, else in English, else the original."""
    own = {text.language: text.name for text in product.texts.all()}
    original = product.original.name if product.original else product.name
    return in_languages(lambda: own.get(base_of(current())) or own.get(ENGLISH) or original, languages)


def words_of_line(line: DemandLine) -> str:
    """What a buyer wrote."""
    return _within(line.text)


def _within(text: str) -> str:
    """A sentence of a person, fit to stand inside another one."""
    return text.rstrip("。.；; ")


def codes_of(codes: Iterable[str]) -> dict[str, HSCode]:
    """The lines of the nomenclature and their headings, by their codes."""
    wanted = {part for code in codes for part in (code, code[:HEADING]) if part}
    return HSCode.objects.select_related("parent").in_bulk(wanted)


def _codes(code: str, known: Mapping[str, HSCode] | None) -> list[HSCode]:
    """The line of the nomenclature and its heading, as far as they are known."""
    known = codes_of([code]) if known is None else known
    found = [known[part] for part in dict.fromkeys((code, code[:HEADING])) if part in known]
    return sorted(found, key=lambda row: -row.level)


def _goods(category: Category | None, codes: Sequence[HSCode]) -> str:
    """The category and what the goods of the HS heading are called: Cereals: Rice (HS 1006); 谷物：大米（HS 1006）."""
    heading = next((code for code in codes if code.level == HEADING), None)
    if heading is None:
        return str(category.name) if category else ""
    values = {
        "goods": _everyday_name(heading, codes),
        "code": heading.code,
        "category": str(category.name) if category else "",
    }
    if not category:
        return _("%(goods)s (HS %(code)s)") % values
    return _("%(category)s: %(goods)s (HS %(code)s)") % values


def _everyday_name(heading: HSCode, codes: Sequence[HSCode]) -> str:
    """The beginning of the tariff's text, where the reader has one; else everyday names, or the chapter's title.

    Names of the exact code come first: those of a heading begin with goods of its first code, quinoa's with buckwheat.
    """
    if not heading.text.has(current()):
        names = next((code.everyday_names for code in codes if code.everyday_names), [])
        if len(names) == 1:
            return names[0]
        if names:
            return _("%(names)s and similar goods") % {"names": names[0]}
        if title := heading.chapter_title:
            return title
    first = str(heading.text).partition(";")[0].strip()
    return first if len(first) <= LONGEST else first[: LONGEST - 1].rstrip(" ,") + "…"
