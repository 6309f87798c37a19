"""What is compared, question by question: rows of cells that the page and the sheet show alike."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product, ProductCertificate
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.downloads import download
from matchmaker.core.formats import day as date_of
from matchmaker.core.formats import isolate, money, number, quantity
from matchmaker.core.lists import format_list, join_label, join_sentences
from matchmaker.directory.rates import as_yuan, current_rates
from matchmaker.engines.language import exchange, price_for_base
from matchmaker.events.services.outcomes import attendance_rates
from matchmaker.market_access import sentences
from matchmaker.market_access.presentation import DutyBox, QuotaLine, RegimeLine, duty_box
from matchmaker.market_access.readiness import SHIPS_IN
from matchmaker.market_access.regimes import Kind
from matchmaker.market_access.services import readiness_of_many
from matchmaker.matching.models import Match
from matchmaker.matching.reasons import sentences as reasons_of
from matchmaker.messaging.services.reply_rates import reply_rate
from matchmaker.web.access.decorators import buyer
from matchmaker.web.rendering.list_export import FORMS
from matchmaker.web.rendering.match_terms import format_days
from matchmaker.web.rendering.reading_ahead import read_ahead_products
from matchmaker.web.rendering.side_by_side import Cell, Page, Row, rate_notes, workbook
from matchmaker.web.templatetags.trade import capacity, certificate, hs, language_name, price, unit

LONGEST = 40  # characters of a demand line
REASONS = 2  # of a match that are written out
BASE = {"mass": "kg", "volume": "l", "count": "pc", "length": "m", "area": "m2", "time": "hour"}


@dataclass(frozen=True)
class Quota:
    """A tariff quota, and which of the products it covers."""

    names: list[str]
    line: QuotaLine


@dataclass(frozen=True)
class Comparison:
    """`notes` say what the figures rest on: the rates with their day and source; `quotas`, what a duty depends on."""

    things: list[Any]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)


def of_products(products: list[Product], buyer: Company, day: dt.date) -> Comparison:
    rates = current_rates()
    ready = readiness_of_many(products, day)
    codes = sorted({c.code for p in products for c in p.certificates.all()}, key=certificate)
    held = [{c.code: c for c in p.certificates.all() if c.is_valid} for p in products]
    duties = [duty_box(p, day) for p in products]
    rows = [
        *_term_rows(products, as_yuan(rates)),
        *_duty_rows(products, duties),
        Row(
            _("Ready for China"),
            [Cell(sentences.state(ready[p.pk].state), [sentences.about_readiness(ready[p.pk])]) for p in products],
        ),
        _texts(_("Supplier checked"), [p.company.get_verification_display() for p in products]),
        Row(_("Fit to your demand"), _fits(products, buyer)),
        *(Row(certificate(code), [_certificate(of.get(code)) for of in held], is_mark=True) for code in codes),
    ]
    filled = [row for row in rows if any(c.text or c.lines for c in row.cells)]
    return Comparison(products, filled, rate_notes((p.currency for p in products), rates), _quotas(products, duties))


def _term_rows(products: list[Product], yuan: Mapping[str, Decimal]) -> list[Row]:
    return [
        _texts(_("Price"), [price(p) or _("on request") for p in products]),
        _price_row(products, yuan),
        _texts(_("Incoterm"), [f"{p.incoterm} {reference.place(p.incoterm_place)}".strip() for p in products]),
        _texts(_("Minimum order"), [quantity(p.min_order, p.min_order_unit) for p in products]),
        _texts(_("Capacity"), [_capacity(p) for p in products]),
        _least(_("Lead time"), [p.lead_time_days for p in products]),
        _texts(_("Shelf life"), [format_days(p.shelf_life_days) for p in products]),
    ]


def _duty_rows(products: list[Product], duties: list[DutyBox]) -> list[Row]:
    return [
        _texts(_("HS code"), [hs(p.hs_code) for p in products]),
        Row(_("Duty"), [_duty(box) for box in duties]),
        Row(_("Additional duties"), [_additional(box) for box in duties]),
        _texts(_("Import VAT"), [box.vat for box in duties]),
        _texts(_("Consumption tax"), [box.consumption for box in duties]),
        *_regimes(duties),
    ]


def of_suppliers(companies: list[Company], buyer: Company, day: dt.date) -> Comparison:
    products = Product.objects.published().filter(company__in=companies)
    counted = dict(products.values("company").annotate(n=Count("pk")).values_list("company", "n"))
    held = _held_by_company(companies, products)
    ready = _ready_products(products, day)
    rates = attendance_rates([company.pk for company in companies])
    rows = [
        _texts(_("Country or region"), [c.country_name for c in companies]),
        _texts(_("Products"), [number(counted.get(c.pk, 0)) for c in companies]),
        _texts(_("Ready for China"), [ready.get(c.pk, "") for c in companies]),
        *_profile_rows(companies),
        _texts(_("Reply rate"), [_reply(c) for c in companies]),
        _texts(_("Meetings kept"), [_format_attendance(rates.get(c.pk)) for c in companies]),
        Row(_("Fit to your demand"), _supplier_fits(companies, buyer)),
        *(
            Row(certificate(code), [Cell(_("yes") if code in held[c.pk] else "") for c in companies], is_mark=True)
            for code in sorted({code for of in held.values() for code in of}, key=certificate)
        ),
    ]
    return Comparison(companies, [row for row in rows if any(c.text for c in row.cells)])


def _profile_rows(companies: list[Company]) -> list[Row]:
    return [
        _texts(_("Supplier checked"), [c.get_verification_display() for c in companies]),
        _texts(_("Employees"), [c.get_size_display() if c.size else "" for c in companies]),
        _texts(_("Founded"), [str(c.founded or "") for c in companies]),
        _texts(_("Speaks"), [format_list(language_name(code) for code in c.languages) for c in companies]),
    ]


def _held_by_company(companies: list[Company], products: QuerySet[Product]) -> dict[int, set[str]]:
    """Company → the codes of the valid certificates of its products."""
    held: dict[int, set[str]] = {company.pk: set() for company in companies}
    for one in ProductCertificate.objects.filter(product__in=products).select_related("product"):
        if one.is_valid:
            held[one.product.company_id].add(one.code)
    return held


# -- cells ------------------------------------------------------------------------------------------------------------
def _texts(label: str, texts: Sequence[str]) -> Row:
    return Row(label, [Cell(text) for text in texts])


def _price_row(products: list[Product], rates: Mapping[str, Decimal]) -> Row:
    """The lower price in yuan for one base unit; the lowest is marked among those that can be compared.

    Prices are comparable in one kind of unit and under one Incoterm: another term includes other costs.
    """
    found: dict[int, tuple[str, Decimal]] = {}
    for place, product in enumerate(products):
        low = product.price_low if product.price_low is not None else product.price_high
        yuan = None if low is None else exchange(low, product.currency, "CNY", rates)
        one = None if yuan is None else price_for_base(yuan, product.price_unit)
        if one:
            found[place] = one
    groups: dict[tuple[str, str], list[int]] = {}
    for place, one in found.items():
        groups.setdefault((one[0], products[place].incoterm), []).append(place)
    kind, term, group = _largest_group(groups)
    least = min((found[place][1] for place in group), default=Decimal(0))
    cells = []
    for place, product in enumerate(products):
        if place not in found:
            cells.append(Cell(""))
            continue
        base, amount = found[place]
        text = _("from %(amount)s / %(unit)s") % {
            "amount": money(round(amount, 2), "CNY"),
            "unit": unit(BASE.get(base, "")),
        }
        is_compared = place in group
        why = "" if is_compared or len(found) < 2 else _why_not_compared(base, kind, product.incoterm)
        cells.append(Cell(text, [why] if why else [], is_best=is_compared and amount == least))
    best_word = _("lowest under %(incoterm)s") % {"incoterm": term} if term and len(groups) > 1 else _("lowest")
    return Row(_("Price in yuan for one unit"), cells, best_word=best_word)


def _largest_group(groups: dict[tuple[str, str], list[int]]) -> tuple[str, str, list[int]]:
    """(kind, Incoterm, places) of the most prices that can be compared; no places where no two can, or at a tie.

    Prices without an Incoterm are compared only where none has one.
    """
    usable = {key: places for key, places in groups.items() if len(places) > 1 and (key[1] or len(groups) == 1)}
    most = max(map(len, usable.values()), default=0)
    largest = [(*key, places) for key, places in usable.items() if len(places) == most]
    return largest[0] if len(largest) == 1 else ("", "", [])


def _why_not_compared(base: str, kind: str, incoterm: str) -> str:
    if kind and base != kind:
        return _("not compared: another kind of unit")
    if not incoterm:
        return _("not compared: no Incoterm stated")
    return _("not compared: another Incoterm (%(incoterm)s)") % {"incoterm": incoterm}


def _least(label: str, values: Sequence[int | None]) -> Row:
    given = [value for value in values if value is not None]
    best = min(given) if len(given) > 1 and len(set(given)) > 1 else None
    cells = [Cell(format_days(value), is_best=value is not None and value == best) for value in values]
    return Row(label, cells, best_word=_("shortest"))


def _capacity(product: Product) -> str:
    return capacity(product.capacity, product.capacity_unit, product.capacity_period)


def _duty(box: DutyBox) -> Cell:
    lines = [*([_("Tariff quota")] if box.quota else []), *([box.lower_under] if box.lower_under else [])]
    if box.best and box.best.rate:
        return Cell(box.best.rate, [box.best.name, *lines], url=box.best.source_url)
    return Cell(box.mfn or (box.best.name if box.best else _("not loaded")), lines)


def _additional(box: DutyBox) -> Cell:
    """Those on record, each with its rate; or that none is known, or that they may apply."""
    rates = [join_label(line.kind_label, line.rate) for line in box.additional]
    texts = rates or list(box.additional_notes)
    return Cell(texts[0], texts[1:]) if texts else Cell("")


def _regimes(duties: Sequence[DutyBox]) -> list[Row]:
    """A row for each way into China besides general trade: whether it is open, and what is levied."""
    rows = []
    for place, regime in enumerate(duties[0].regimes if duties else ()):
        if regime.kind != Kind.GENERAL:
            rows.append(Row(regime.name, [_regime(box.regimes[place]) for box in duties]))
    return rows


def _regime(line: RegimeLine) -> Cell:
    levied = [join_label(name, text) for name, text in ((_("Duty"), line.duty), (_("Import VAT"), line.vat)) if text]
    if line.coverage == "excluded":
        return Cell(line.coverage_label)
    if line.coverage == "unknown" and levied:
        levied.insert(0, _("Where it is open to the goods:"))
    return Cell(line.coverage_label, levied)


def _quotas(products: list[Product], duties: Sequence[DutyBox]) -> list[Quota]:
    found: dict[str, Quota] = {}
    for product, box in zip(products, duties, strict=True):
        if box.quota:
            found.setdefault(box.quota.name, Quota([], box.quota)).names.append(product.name)
    return list(found.values())


def _certificate(held: ProductCertificate | None) -> Cell:
    if held is None:
        return Cell("")
    lines = [held.number] if held.number else []
    if held.valid_until:
        lines.append(_("until %(day)s") % {"day": date_of(held.valid_until)})
    return Cell(_("yes"), lines)


def _fits(products: list[Product], buyer: Company) -> list[Cell]:
    """Each product's best match with a line of this buyer: points, the line, and why."""
    matches = Match.objects.for_buyer(buyer).filter(product__in=products).exclude(buyer_answer=Match.Answer.DECLINED)
    return _best_of(matches.select_related("line", "product"), [p.pk for p in products], lambda match: match.product_id)


def _supplier_fits(companies: list[Company], buyer: Company) -> list[Cell]:
    matches = Match.objects.for_buyer(buyer).filter(product__company__in=companies)
    matches = matches.exclude(buyer_answer=Match.Answer.DECLINED).select_related("line", "product")
    return _best_of(matches, [c.pk for c in companies], lambda match: match.product.company_id)


def _best_of(matches, keys: Sequence[int], key_of: Callable[[Match], int]) -> list[Cell]:
    best: dict[int, Match] = {}
    for match in matches.order_by("-score", "id"):
        best.setdefault(key_of(match), match)
    cells = []
    for key in keys:
        if key not in best:
            cells.append(Cell(""))
            continue
        match = best[key]
        line = match.line.text if len(match.line.text) <= LONGEST else match.line.text[: LONGEST - 1] + "…"
        text = _("%(score)d of 100: “%(line)s”") % {"score": round(100 * match.score), "line": isolate(line)}
        cells.append(Cell(text, reasons_of(match)[:REASONS]))
    return cells


def _ready_products(products, day: dt.date) -> dict[int, str]:
    """Company → how many of its products are ready, of at most two hundred that were looked at."""
    listed = list(products.select_related("category").prefetch_related("certificates")[:200])
    ready = readiness_of_many(listed, day)
    counted: dict[int, list[int]] = {}
    for product in listed:
        of = counted.setdefault(product.company_id, [0, 0])
        of[0] += ready[product.pk].state == "ready"
        of[1] += 1
    return {
        key: _("%(ready)s of %(all)s products") % {"ready": number(done), "all": number(n)}
        for key, (done, n) in counted.items()
    }


def _reply(company: Company) -> str:
    rate = reply_rate(company)
    return _("%(percent)s%% within a week") % {"percent": rate.percent} if rate else ""


def _format_attendance(rate) -> str:
    return f"{rate.percent}%" if rate and rate.percent is not None else ""


# Up to six products or suppliers side by side, on a page, on paper and as a sheet.


MOST = 6


@buyer
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    found = _comparison_context(request)
    return render(request, "buyer/compare.html", {**found, "address": request.GET.urlencode()})


@buyer
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    found = _comparison_context(request)
    if found["comparison"] is None:
        return redirect("buyer_compare")
    name = f"compare-{timezone.localdate():%Y-%m-%d}.xlsx"
    return download(_workbook(found["comparison"], found["day"]), name=name, content_type=FORMS["xlsx"])


def _comparison_context(request: HttpRequest) -> dict[str, Any]:
    """Suppliers where the address names some (`s`), products otherwise (`p`); what may not be seen is left out."""
    day = _day(request)
    suppliers = _read_ids(request, "s")
    wanted = suppliers or _read_ids(request, "p")
    rows: Any = Product.objects.visible_to(request.user).for_cards()
    if suppliers:
        rows = Company.objects.visible_to(request.user).suppliers()
    found = {row.uid: row for row in rows.filter(uid__in=wanted)}
    things = [found[uid] for uid in wanted if uid in found]
    if not suppliers:
        read_ahead_products(things)
    comparison = None
    if things:
        comparison = (of_suppliers if suppliers else of_products)(things, request.company, day)
    return {
        "comparison": comparison,
        "kind": "suppliers" if suppliers else "products",
        "day": day,
        "missing": len(wanted) - len(things),
    }


def _read_ids(request: HttpRequest, name: str) -> list[uuid.UUID]:
    """The first six well-formed identifiers, each once."""
    found: dict[uuid.UUID, None] = {}
    for text in request.GET.getlist(name)[:50]:
        try:
            found[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(found)[:MOST]


def _day(request: HttpRequest) -> dt.date:
    try:
        day = dt.date.fromisoformat(request.GET.get("ship", ""))
    except ValueError:
        return timezone.localdate() + SHIPS_IN
    return min(max(day, dt.date(2020, 1, 1)), dt.date(2035, 12, 31))


def _workbook(comparison: Comparison, day: dt.date) -> bytes:
    names = [getattr(thing, "display_name", None) or thing.name for thing in comparison.things]
    notes = [_("Shipment on %(day)s.") % {"day": date_of(day)}, *comparison.notes]
    for quota in comparison.quotas:
        note = join_label(_("Tariff quota"), join_sentences(quota.line.sentences))
        notes.append(join_label(format_list(quota.names), note))
    return workbook([Page(_("Compare"), names, comparison.rows, notes)])
