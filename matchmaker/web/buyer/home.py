"""What waits for this buyer, and what to do next."""

import datetime as dt

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import buyer
from matchmaker.web.buyer.matches import match_context
from matchmaker.web.company_pages import new_questions
from matchmaker.web.rendering.reading_ahead import read_ahead_matches

SHOWN = 3
SOON = dt.timedelta(days=7)


@buyer
def show(request: HttpRequest) -> HttpResponse:
    company = request.company
    matches = Match.objects.for_buyer(company)
    counts = matches.order_by().aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(buyer_answer="")),
        asked=Count("pk", filter=Q(buyer_answer="", supplier_answer="interested")),
        mutual=Count("pk", filter=Q(mutual_at__isnull=False)),
    )
    demands = Demand.objects.of(company)
    waiting = matches.filter(buyer_answer="").for_cards().order_by("-supplier_answer", "-score", "id")
    best = list(waiting[:SHOWN])
    read_ahead_matches(best)
    context = {
        "company": company,
        "others": Company.objects.of(request.user).exclude(pk=company.pk).order_by("memberships__id"),
        "counts": counts,
        "questions_waiting": new_questions(request),
        "drafts": list(demands.filter(status=Demand.Status.DRAFT)[:5]),
        "previewed": [] if company.is_approved else list(demands.filter(status=Demand.Status.DRAFT)[:SHOWN]),
        "closing": list(demands.open().filter(closing_on__lte=timezone.localdate() + SOON).order_by("closing_on")),
        "open_count": demands.open().count(),
        "has_demands": demands.exists(),
        "cards": [match_context(match) for match in best],
        "shortlist_count": company.shortlist.count(),
    }
    return render(request, "buyer/home.html", context)
