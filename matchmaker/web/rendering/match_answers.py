"""A match and the one tap on it: what is the same on both desks."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.market_access.presentation import WindowBox, window_box
from matchmaker.matching import reasons
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match
from matchmaker.notifications.tasks import start_delivery


def common(match: Match, judged: list[dict] | None = None) -> dict:
    """What the cards of both sides say of a match; `judged` conditions stand before the stored ones."""
    score = round(match.score * 100)
    return {
        "match": match,
        "line": match.line,
        "product": match.product,
        "score": score,
        "word": _("Strong fit") if score >= 75 else _("Good fit") if score >= 55 else _("Possible fit"),
        "parts": _parts(match),
        "reasons": reasons.sentences(match),
        "conditions": [
            {"label": row["label"], "state": row["outcome"], "detail": row["sentence"]}
            for row in reasons.conditions(match, judged)
        ],
        "whys": [choice for choice in Match.Why.choices if choice[0]],
    }


def _parts(match: Match) -> list[dict]:
    labels = {
        "meaning": _("Meaning"),
        "words": _("Words"),
        "hs": _("HS code"),
        "category": _("Category"),
        "trust": _("Trust"),
    }
    why = {
        "trust": _(
            "How far the two companies have been checked. "
            "Papers that the organiser has seen and a proved domain raise it."
        )
    }
    return [
        {"label": labels[name], "value": round(100 * match.parts[name]), "why": why.get(name, "")}
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
    request: HttpRequest, match: Match, *, side: str, template: str, shown: Callable[[Match], dict]
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
        context = {"card": shown(match), "refusal": refusal}
        return render(request, template, context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    elif request.method == "POST":
        messages.success(request, _said(match, side))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse(f"{side}_match", args=[match.uid])
    return redirect(f"{back}#match-{match.uid}")


def _said(match: Match, side: str) -> str:
    if match.is_mutual:
        return _("Both of you said yes. You see each other's contact now.")
    if getattr(match, f"{side}_answer") != Match.Answer.INTERESTED:
        return _("Noted. This match does not come back.")
    if side == "buyer":
        return _("The supplier hears that you are interested. Contacts open when the supplier says yes too.")
    return _("The buyer hears that you are interested. Contacts open when the buyer says yes too.")
