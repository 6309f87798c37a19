"""Codes of the trade as words, and prices as people write them, in the reader's language."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from matchmaker.campaigns import answer_days
from matchmaker.catalogue import lots
from matchmaker.catalogue.models import Period
from matchmaker.companies.models import Company
from matchmaker.core import formats, reference
from matchmaker.core.formats import capfirst, money, quantity
from matchmaker.market_access import rate_texts
from matchmaker.market_access.authorities import authority_of, host_of
from matchmaker.messaging.payment import payment_facts
from matchmaker.web.rendering import audit_log, trust

register = template.Library()
JOINER = "\N{WORD JOINER}"


@register.filter
def unit(code: str) -> str:
    return reference.name(reference.units().get(code), code)


@register.filter
def rate_text(text: str) -> str:
    """A rate that is no percentage, in the reader's language where its wording is understood."""
    return rate_texts.rate_text(text)


@register.filter
def country(code: str) -> str:
    return reference.name(reference.countries().get(code), code)


@register.filter
def countries(codes: Iterable[str]) -> str:
    """The names of several countries, one after another: `{{ line.origins_wanted|countries }}`."""
    return _(", ").join(country(code) for code in codes)


@register.filter
def certificate(code: str) -> str:
    return reference.name(reference.certificates().get(code), code)


@register.filter
def language_name(code: str) -> str:
    return reference.name(reference.languages().get(str(code).split("-")[0]), code)


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """The names of several languages, one after another."""
    return _(", ").join(language_name(code) for code in codes)


@register.filter
def port(code: str) -> str:
    return reference.name(reference.ports().get(code), code)


@register.filter
def place(text: str) -> str:
    """The named place of a delivery term in the reader's script: FOB Durban is FOB 德班."""
    return reference.place(text)


@register.filter
def lot_facts(lot: Mapping[str, Any]) -> list[str]:
    """A lot of goods that are in China already, fact by fact."""
    until, held = lots.end_of(lot), lots.quantity_of(lot)
    found = [reference.name(reference.ports().get(lot["place"]), lot["place"])]
    found.append(str(_("bonded") if lot["customs"] == "bonded" else _("cleared")))
    if held is not None:
        found.append(formats.quantity(held, lot["unit"]))
    if until is not None:
        found.append(_("until %(day)s") % {"day": formats.day(until)})
    return found


@register.filter
def hs(code: str) -> str:
    """As customs write it: 100630 is 1006.30, 10063020 is 1006.3020."""
    return f"{code[:4]}.{code[4:]}" if len(code) in (6, 8) else code


register.filter("amount", quantity)  # `{{ product.min_order|amount:product.min_order_unit }}`: 20 t


@register.simple_tag
def capacity(value, code: str, period: str) -> str:
    """What can be made or is wanted in a time: 400 t a month; 每月 400 吨."""
    amount = quantity(value, code)
    if not amount or not period:
        return amount
    return pgettext("capacity", "%(amount)s %(period)s") % {"amount": amount, "period": Period(period).label}


@register.filter
def for_one(amount: str, unit: str) -> str:
    """What is asked for one unit; the Chinese stroke keeps the unit on its line, which a browser would break there."""
    return formats.per_unit(amount, unit).replace("／", f"{JOINER}／{JOINER}")


@register.filter
def price(product) -> str:
    """The price band of a product for one unit, or an empty string where none is given."""
    low, high = product.price_low, product.price_high
    if low is None and high is None:
        return ""
    band = money(low if low is not None else high, product.currency)
    if low is not None and high is not None and high != low:
        band = _("%(low)s to %(high)s") % {"low": band, "high": money(high, product.currency)}
    return for_one(band, product.price_unit)


@register.filter
def target_price(line) -> str:
    """What the buyer aims at for one unit."""
    return "" if line.target_price is None else for_one(money(line.target_price, line.currency), line.price_unit)


@register.filter
def payment(row) -> list[str]:
    """The terms of payment of a quote or a request: `{{ quote|payment|dotted }}`."""
    return payment_facts(row)


@register.filter
def points(share: float) -> int:
    """A share of one as points of a hundred."""
    return round(100 * share)


@register.filter
def audit_verb(verb: str) -> str:
    """What a verb of the audit did, in the reader's words; its name where no one has put it into words."""
    return str(audit_log.VERBS.get(verb, verb))


@register.simple_tag(takes_context=True)
def answer_day(context: Mapping[str, Any], company: Company | None = None) -> dt.date | None:
    """The day by which a waiting company gets the team's answer; without one, for a company submitted today."""
    campaign = getattr(context.get("request"), "site_campaign", None)
    if campaign is None:
        return None
    return answer_days.answer_day_of(company, campaign) if company else answer_days.answer_day(campaign)


@register.simple_tag
def evidence(seen_on: dt.date | None, confirmed_by: str) -> str:
    """What stands behind a certificate or a registration: stated, seen or confirmed, with the day."""
    return trust.source(seen_on, confirmed_by)


@register.simple_tag
def trust_level(company: Company) -> dict:
    """The level of evidence of a company with a sentence that explains it, and the checks behind it."""
    label = capfirst(company.get_verification_display())
    return {"label": label, "sentence": trust.explain(company), "checks": trust.checks_of(company)}


@register.inclusion_tag("components/source.html")
def source(text: str, url: str = "", language: str = "", website: str = "") -> dict:
    """A text of an authority, or its name, with its own address where one is given; others are "read at"."""
    own = next((address for address in (url, website) if authority_of(address)), "")
    copy = "" if not url or url == own else url
    if not text:
        text, language = reference.name(authority_of(own), ""), ""
    language = language or get_language()
    return {"text": text, "language": language, "address": own, "copy": copy, "copy_host": host_of(copy)}
