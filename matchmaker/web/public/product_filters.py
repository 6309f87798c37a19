"""What the directory of products is filtered and ordered by."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.formats import number, quantity
from matchmaker.directory import cards, facts
from matchmaker.market_access import sentences
from matchmaker.market_access.readiness import State
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import current_company
from matchmaker.web.public.attending import event_names
from matchmaker.web.public.directory import Facet, Sort, category_names, each, group_names
from matchmaker.web.rendering.reading_ahead import read_ahead_products
from matchmaker.web.templatetags.trade import certificate, country, language_name, unit

LINES = 8  # of a buyer's demands that a list can be ordered by
LONGEST_LINE = 40
BASE = {"mass": "kg", "volume": "l", "count": "pc"}


def facets(ships: dt.date) -> Sequence[Facet]:
    """The filters, with readiness as it is for goods that are shipped in a month of `facts.months`."""
    return _facets(ships, tuple(facts.months()), get_language() or "en")


@lru_cache(maxsize=512)  # twelve months in every language, of this month and the next
def _facets(ships: dt.date, months: Sequence[dt.date], language: str) -> Sequence[Facet]:
    """Words in the active language, which is the one named; so what a code is called is found once as well."""

    def called(label: Callable[[str], str]) -> Callable[[Sequence[str]], Mapping[str, str]]:
        return each(lru_cache(maxsize=512)(label))  # codes of an address, too, can be anything

    shipment = {
        "name": "ship",
        "label": _("Shipment in"),
        "value": f"{ships:%Y-%m}",
        "options": [(f"{day:%Y-%m}", date_format(day, "YEAR_MONTH_FORMAT")) for day in months],
    }
    return (
        Facet("group", _("Group"), group_names),
        Facet("category", _("Category"), category_names),
        Facet("origin", _("Origin"), called(country), flags=True),
        Facet(
            "ready",
            _("Ready for China"),
            called(lambda value: sentences.state(State(value)) if value in State else value),
            index=f"ready{ships:%Y%m}",
            in_order=[state.value for state in State],
            select=shipment,
        ),
        Facet("certificate", _("Certificates"), called(certificate)),
        Facet("duty", _("Duty under the best agreement"), called(duty_words), in_order=_in_order(facts.DUTY_BANDS)),
        Facet("price", _("Price in yuan"), called(price_words), in_order=_by_kind(facts.PRICE_BANDS)),
        Facet("currency", _("Currency of the price"), each(lambda code: code)),
        Facet("order", _("Minimum order"), called(order_words), in_order=_by_kind(facts.ORDER_BANDS)),
        Facet("verification", _("Supplier checked"), called(verification_words)),
        Facet("language", _("Speaks"), called(language_name)),
        Facet("event", _("Attends"), event_names),
    )


def _in_order(bands: Sequence[int], kind: str = "") -> list[str]:
    start = f"{kind}:" if kind else ""
    return [*(f"{start}{limit}" for limit in bands), f"{start}+{bands[-1]}"]


def _by_kind(bands: Mapping[str, Sequence[int]]) -> list[str]:
    return [code for kind, limits in bands.items() for code in _in_order(limits, kind)]


def verification_words(value: str) -> str:
    return str(dict(Company.Verification.choices).get(int(value), value)) if value.isdigit() else value


def duty_words(code: str) -> str:
    if code == "0":
        return _("no duty")
    if code.startswith("+"):
        return _("more than %(percent)s%%") % {"percent": code[1:]}
    return _("up to %(percent)s%%") % {"percent": code}


def price_words(code: str) -> str:
    """mass:5 → up to ¥5 / kg."""
    kind, _colon, limit = code.partition(":")
    values = {"limit": number(int(limit.lstrip("+") or 0)), "unit": unit(BASE.get(kind, kind))}
    if limit.startswith("+"):
        return _("more than ¥%(limit)s / %(unit)s") % values
    return _("up to ¥%(limit)s / %(unit)s") % values


def order_words(code: str) -> str:
    """mass:1000 → up to 1 t."""
    kind, _colon, limit = code.partition(":")
    value = int(limit.lstrip("+") or 0)
    amount = quantity(value / 1000, "t") if kind == "mass" and value >= 1000 else ""
    values = {"amount": amount or quantity(value, BASE.get(kind, kind))}
    return (_("more than %(amount)s") if limit.startswith("+") else _("up to %(amount)s")) % values


def sorts(request, ships: dt.date) -> dict[str, Sort]:
    """The orders, the default first; for a buyer also by fit to each line of its open demands."""
    found = {
        "fit": Sort(_("Best fit"), "fit"),
        "newest": Sort(_("Newest"), "newest"),
        "ready": Sort(_("Readiest for China"), f"ready{ships:%Y%m}"),
        "name": Sort(pgettext("order of a list", "Name"), "name"),
    }
    buyer = current_company(request, is_buyer=True)
    if buyer is None:
        return found
    lines = DemandLine.objects.filter(demand__in=Demand.objects.of(buyer).open()).order_by("-demand__id", "number")
    chosen = request.GET.get("sort", "")
    for line in lines.select_related("demand", "category")[:LINES]:
        text = Truncator(line.text_for_reader).chars(LONGEST_LINE)
        first = {}
        if chosen == f"line-{line.uid}":
            matches = Match.objects.for_buyer(buyer).filter(line=line).exclude(buyer_answer=Match.Answer.DECLINED)
            first = dict(matches.values_list("product", "score"))
        found[f"line-{line.uid}"] = Sort(_("Fit to: %(line)s") % {"line": text}, "fit", first)
    return found


def rows(keys: Sequence[int], written: Sequence[bytes], among: QuerySet[Product]) -> list[Any]:
    """Cards in order, of the products `among` those that may be seen, in one query; one more for their translations."""
    found = _rows(keys, written, among)
    read_ahead_products(found)
    return found


def _rows(keys: Sequence[int], written: Sequence[bytes], among: QuerySet[Product]) -> list[Any]:
    if not written or not all(written):
        found = {p.pk: p for p in among.filter(pk__in=keys).for_cards()}
        return [found[key] for key in keys if key in found]
    seen = set(among.filter(pk__in=keys).values_list("pk", flat=True))
    return [cards.read(key, card) for key, card in zip(keys, written, strict=True) if key in seen]
