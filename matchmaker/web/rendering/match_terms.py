"""What a line wants and what is offered for it, term by term, on the match pages of both desks.

Price, minimum order and lead time are judged by `matching.services.judge_match`, and the page shows these outcomes
wherever it speaks of conditions; the delivery term is compared here. A quote for the line stands before what
the product says.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Product
from matchmaker.core import formats, reference
from matchmaker.core.formats import money, number, quantity
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.market_access.presentation import WindowBox, window_box
from matchmaker.matching import reasons
from matchmaker.matching.fit import fit_of
from matchmaker.matching.models import Match
from matchmaker.matching.services import OfferedTerms, answer_match, judge_match
from matchmaker.messaging.models import Quote
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.back import address_back
from matchmaker.web.rendering import trust
from matchmaker.web.templatetags.trade import for_one, price, target_price, unit

Row = dict[str, Any]


def terms_of(match: Match) -> dict[str, Any]:
    """`rows` with label, wanted, offered, note and state (meets, fails, unknown or ""), the `quote` behind them, and
    all `conditions` as judged now, for `matching.reasons.conditions`."""
    product, line = match.product, match.line
    quote = _quote(match)
    offered: Product | Quote = quote or product
    judged = judge_match(match, _quoted_terms(quote) if quote else None)
    outcomes = _outcomes(judged)
    rows = [
        {**outcomes["price"], "label": _("Price"), "wanted": target_price(line), "offered": _price(offered)},
        {
            **outcomes["minimum_order"],
            "label": _("Minimum order"),
            "wanted": quantity(line.quantity, line.unit),
            "offered": quantity(offered.min_order, offered.min_order_unit),
        },
        _delivery_term(match, offered),
        {
            **outcomes["delivery"],
            "label": _("Lead time"),
            "wanted": _by(line.demand.delivery_until),
            "offered": format_days(offered.lead_time_days),
        },
    ]
    return {"rows": [row for row in rows if row["wanted"] or row["offered"]], "quote": quote, "conditions": judged}


def _quote(match: Match) -> Quote | None:
    """The supplier's live quote for the line: made for this product, or for the demand as a whole."""
    if match.pk is None:  # before the approval nothing was quoted
        return None
    about = (
        Q(enquiry__match=match)
        | Q(enquiry__product=match.product_id)
        | Q(enquiry__match__isnull=True, enquiry__product__isnull=True)
    )
    quotes = Quote.objects.filter(
        about,
        line=match.line_id,
        enquiry__supplier=match.product.company_id,
        enquiry__delivered_at__isnull=False,
        status__in=Quote.LIVE,
    )
    return quotes.order_by("-made_at", "-pk").first()


def _quoted_terms(quote: Quote) -> OfferedTerms:
    return OfferedTerms(
        price_low=quote.price,
        price_high=None,
        currency=quote.currency,
        price_unit=quote.price_unit,
        min_order=quote.min_order,
        min_order_unit=quote.min_order_unit,
        lead_time_days=quote.lead_time_days,
        incoterm=quote.incoterm,
    )


def _outcomes(judged: list[dict[str, Any]]) -> dict[str, Row]:
    """Code of a condition → its state and a note; what the line does not ask for has no state."""
    found: dict[str, Row] = {code: {"state": "", "note": ""} for code in ("price", "minimum_order", "delivery")}
    for condition in judged:
        if condition["code"] in found:
            note = _note(condition["code"], condition["facts"])
            found[condition["code"]] = {"state": condition["outcome"], "note": note}
    return found


def _note(code: str, facts: Any) -> str:
    """What the offer is in the units of the wish, where they are not the same."""
    if code == "price" and "offered_converted" in facts:
        if (facts["currency"], facts["unit"]) == (facts["offered_currency"], facts["offered_unit"]):
            return ""
        return _("about %(price)s / %(unit)s") % {
            "price": money(round(Decimal(str(facts["offered_converted"])), 2), facts["currency"]),
            "unit": unit(facts["unit"]),
        }
    if code == "minimum_order" and facts.get("offered_min") is not None and facts["min_order_unit"] != facts["unit"]:
        return _("about %(amount)s") % {"amount": quantity(facts["offered_min"], facts["unit"])}
    if code == "delivery" and facts.get("earliest") and facts.get("lead_time_days") is not None:
        return _("made by %(day)s, if ordered today") % {"day": formats.day(dt.date.fromisoformat(facts["earliest"]))}
    return ""


def _delivery_term(match: Match, offered: Product | Quote) -> Row:
    """Another term is another price: CIF and FOB are not compared, and DDP is not taken for CIF."""
    demand = match.line.demand
    state = ""
    if demand.incoterm:
        state = "unknown" if not offered.incoterm else "meets" if offered.incoterm == demand.incoterm else "fails"
    return {
        "label": _("Delivery term"),
        "wanted": f"{demand.incoterm} {demand.destination_name}".strip(),
        "offered": f"{offered.incoterm} {reference.place(offered.incoterm_place)}".strip(),
        "state": state,
        "note": "",
    }


def _price(offered: Product | Quote) -> str:
    if isinstance(offered, Product):
        return price(offered)
    return for_one(money(offered.price, offered.currency), offered.price_unit)


def _by(day: dt.date | None) -> str:
    return _("delivery by %(day)s") % {"day": formats.day(day)} if day else ""


def format_days(days: int | None) -> str:
    """ "30 days"; "" for none."""
    return "" if days is None else ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}


# A match and the one tap on it: what is the same on both desks.


def common(match: Match, judged: list[dict] | None = None) -> dict:
    """What the cards of both sides say of a match; `judged` conditions stand before the stored ones."""
    score = round(match.score * 100)
    judged = match.conditions if judged is None else judged
    return {
        "match": match,
        "line": match.line,
        "product": match.product,
        "score": score,
        "word": _fit_word(fit_of(match.score, judged)),
        "parts": _parts(match),
        "reasons": reasons.sentences(match),
        "conditions": [
            {"label": row["label"], "state": row["outcome"], "detail": row["sentence"]}
            for row in reasons.conditions(match, judged)
        ],
        "whys": [choice for choice in Match.Why.choices if choice[0]],
    }


def _fit_word(fit: str) -> str:
    return {"strong": _("Strong fit"), "good": _("Good fit"), "possible": _("Possible fit")}[fit]


def _parts(match: Match) -> list[dict]:
    labels = {
        "meaning": _("Meaning"),
        "words": _("Words"),
        "hs": _("HS code"),
        "category": _("Category"),
        "trust": _("Trust"),
    }
    why = {"trust": trust.explain(match.product.company)}
    return [
        {"label": labels[name], "value": min(100, max(0, round(100 * match.parts[name]))), "why": why.get(name, "")}
        for name in labels
        if name in match.parts
    ]


def window_of(match: Match, *, to_maker: bool = True) -> WindowBox | None:
    """Readiness for the days between which the goods have to be there; days that have passed tell nothing."""
    today, demand = timezone.localdate(), match.line.demand
    days = [day for day in (demand.delivery_from, demand.delivery_until) if day is not None]
    if not days or max(days) < today:
        return None
    return window_box(match.product, max(min(days), today), max(days), to_maker=to_maker)


def take_answer(
    request: HttpRequest, match: Match, *, side: str, template: str, context_of: Callable[[Match], dict]
) -> HttpResponse:
    """Keep the answer of one side and show the match again.

    With htmx the card alone comes back, 422 with the refusal in it; without a script the page where the tap was. An
    address opened by hand shows the match.
    """
    refusal = ""
    if request.method == "POST":
        try:
            match = answer_match(
                by=request.user,
                match=match,
                side=side,
                answer=request.POST.get("answer", ""),
                why=request.POST.get("why", ""),
            )
            transaction.on_commit(start_delivery)
        except Refused as problem:
            refusal = problem.message
        except ValidationError as problem:
            refusal = join_sentences(problem.messages)
    if request.htmx:
        context = {"card": context_of(match), "refusal": refusal}
        return render(request, template, context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    elif request.method == "POST":
        messages.success(request, _answer_note(match, side))
    back = address_back(request, reverse(f"{side}_match", args=[match.uid]))
    return redirect(f"{back}#match-{match.uid}")


def _answer_note(match: Match, side: str) -> str:
    if match.is_mutual:
        return _("Both of you said yes. You see each other's contact now.")
    if getattr(match, f"{side}_answer") != Match.Answer.INTERESTED:
        return _("Noted. This match does not come back.")
    if side == "buyer":
        return _("The supplier hears that you are interested. Contacts open when the supplier says yes too.")
    return _("The buyer hears that you are interested. Contacts open when the buyer says yes too.")
