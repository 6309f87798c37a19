"""Up to six products side by side, the answer to each question on one line."""

import datetime as dt
import uuid
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Product
from matchmaker.core import reference
from matchmaker.market_access.boxes import duty_box
from matchmaker.market_access.sentences import state as state_words
from matchmaker.market_access.services import readiness_of_many
from matchmaker.matching.models import Match
from matchmaker.web.access import buyer
from matchmaker.web.templatetags.trade import amount, certificate, hs, price
from matchmaker.web.templatetags.ui import number

MOST = 6
SHIPS_IN = dt.timedelta(days=60)  # the day duty and readiness are compared for


@buyer
def show(request: HttpRequest) -> HttpResponse:
    wanted = _asked(request)
    found = {p.uid: p for p in Product.objects.visible_to(request.user).filter(uid__in=wanted).for_cards()}
    products = [found[uid] for uid in wanted if uid in found]
    day = timezone.localdate() + SHIPS_IN
    context = {
        "products": products,
        "rows": _rows(products, request.company, day) if products else [],
        "day": day,
        "missing": len(wanted) - len(products),
    }
    return render(request, "buyer/compare.html", context)


def _asked(request: HttpRequest) -> list[uuid.UUID]:
    """The first six well-formed identifiers, each once."""
    found: dict[uuid.UUID, None] = {}
    for text in request.GET.getlist("p")[:50]:
        try:
            found[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(found)[:MOST]


def _rows(products: list[Product], company, day: dt.date) -> list[dict]:
    ready = readiness_of_many(products, day)
    fits = _fits(products, company)
    codes = sorted({c.code for p in products for c in p.certificates.all()}, key=certificate)
    rows = [
        _row(_("Price"), [price(p) or _("on request") for p in products], _lowest(products)),
        _row(_("Incoterm"), [f"{p.incoterm} {reference.place(p.incoterm_place)}".strip() for p in products]),
        _row(_("Minimum order"), [amount(p.min_order, p.min_order_unit) for p in products]),
        _row(_("Capacity"), [_capacity(p) for p in products]),
        _row(_("Lead time"), [_days(p.lead_time_days) for p in products], _least([p.lead_time_days for p in products])),
        _row(_("Shelf life"), [_days(p.shelf_life_days) for p in products]),
        _row(_("HS code"), [hs(p.hs_code) for p in products]),
        _row(_("Duty"), [_duty(p, day) for p in products]),
        _row(_("Ready for China"), [str(state_words(ready[p.pk].state)) for p in products]),
        _row(_("Supplier checked"), [p.company.get_verification_display() for p in products]),
        _row(_("Fit to your demand"), [fits.get(p.pk, "") for p in products]),
    ]
    held = [{c.code for c in p.certificates.all() if c.is_valid} for p in products]
    rows += [
        {**_row(certificate(code), [_("yes") if code in codes_of else "" for codes_of in held]), "is_mark": True}
        for code in codes
    ]
    return [row for row in rows if any(cell["text"] for cell in row["cells"])]


def _row(label: str, texts: list[str], best: set[int] = frozenset()) -> dict:  # type: ignore[assignment]
    return {"label": label, "cells": [{"text": text, "best": at in best} for at, text in enumerate(texts)]}


def _lowest(products: list[Product]) -> set[int]:
    """Where the price is lowest, if all that state one state it in one currency and comparable units."""
    found: dict[int, Decimal] = {}
    currencies, kinds = set(), set()
    for at, product in enumerate(products):
        low = product.price_low if product.price_low is not None else product.price_high
        unit = reference.units().get(product.price_unit)
        if low is None or unit is None:
            continue
        currencies.add(product.currency)
        factor = Decimal(unit["to_base"] or 1)
        kinds.add(unit["kind"] if unit["to_base"] else product.price_unit)
        found[at] = low / factor
    if len(found) < 2 or len(currencies) > 1 or len(kinds) > 1:
        return set()
    return {at for at, value in found.items() if value == min(found.values())}


def _least(values: list[int | None]) -> set[int]:
    given = [value for value in values if value is not None]
    return {at for at, value in enumerate(values) if value == min(given)} if len(given) > 1 else set()


def _capacity(product: Product) -> str:
    if product.capacity is None:
        return ""
    period = product.get_capacity_period_display() if product.capacity_period else ""
    return f"{amount(product.capacity, product.capacity_unit)} {period}".strip()


def _days(days: int | None) -> str:
    return "" if days is None else _("%(days)s days") % {"days": number(days)}


def _duty(product: Product, day: dt.date) -> str:
    box = duty_box(product, day)
    if box.best and box.best.rate:
        return _("%(rate)s (%(agreement)s)") % {"rate": box.best.rate, "agreement": box.best.name}
    return box.mfn or (box.best.name if box.best else "")


def _fits(products: list[Product], company) -> dict[int, str]:
    """Product → its best match with a line of this buyer, as points and the line's words."""
    found: dict[int, str] = {}
    matches = Match.objects.for_buyer(company).filter(product__in=products).select_related("line").order_by("-score")
    for match in matches:
        text = match.line.text if len(match.line.text) <= 40 else match.line.text[:39] + "…"
        found.setdefault(
            match.product_id, _("%(score)d of 100: “%(line)s”") % {"score": round(100 * match.score), "line": text}
        )
    return found
