"""What is wanted. The buyer's name stays hidden until both sides are interested."""

from django.conf import settings
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.core.replica import reads_replica
from matchmaker.matching.models import Match
from matchmaker.messaging.models import Enquiry
from matchmaker.web.access.decorators import current_company, everyone
from matchmaker.web.public import directory, in_campaign
from matchmaker.web.public.directory import Sort
from matchmaker.web.public.structured import demand_data
from matchmaker.web.rendering.reading_ahead import read_ahead_demands, read_ahead_matches
from matchmaker.web.templatetags.trade import certificate, country
from matchmaker.web.templatetags.ui import reading


def cards(demands):
    """Demands with their lines and what a card shows of the buyer: place and how well it is known."""
    lines = DemandLine.objects.select_related("category").order_by("number")
    return demands.select_related("company").prefetch_related(Prefetch("lines", lines, to_attr="listed"))


def list_demands(demands) -> list[Demand]:
    """Demands of a list, with their translations read at once."""
    rows = list(demands)
    read_ahead_demands(rows)
    return rows


@everyone
@require_safe
@reads_replica
def index(request):
    seen = in_campaign.demands_of(request, Demand.objects.visible_to(request.user).open())
    demands = directory.Directory(
        "demands",
        facets=[
            directory.Facet("group", _("Group"), directory.group_names),
            directory.Facet("category", _("Category"), directory.category_names),
            directory.Facet("certificate", _("Certificates asked for"), directory.each(certificate)),
            directory.Facet("origin", _("Origins asked for"), directory.each(country), flags=True),
        ],
        sorts={
            "fit": Sort(_("Best fit"), "fit"),
            "newest": Sort(_("Newest"), "newest"),
            "oldest": Sort(_("Longest open"), "oldest"),
        },
        rows=lambda keys, _cards: list_demands(directory.in_order(cards(seen.filter(pk__in=keys)), keys)),
    )
    page = directory.listing(request, demands)
    return render(request, "public/demands.html", page.context(), status=page.status)


@everyone
@require_safe
def show(request, uid):
    demand = get_object_or_404(cards(Demand.objects.visible_to(request.user)), uid=uid)
    in_campaign.open_where_it_belongs(request, demand.company, in_campaign.Side.BUYER)
    read_ahead_demands([demand])
    supplier = current_company(request, is_supplier=True)
    matches = Match.objects.none()
    if supplier:
        matches = Match.objects.for_supplier(supplier).filter(line__demand=demand).for_cards().distinct()
    answer = Enquiry.objects.filter(supplier=supplier, demand=demand).first() if supplier else None
    shown = list(matches[:10])
    read_ahead_matches(shown)
    context = {
        "demand": demand,
        "answer": answer,
        "is_own": demand.company == current_company(request, is_buyer=True),
        "supplier_company": supplier,
        "matches": shown,
        "structured": demand_data(demand, reading(demand.title, demand.language, is_name=True).text, settings.SITE_URL),
    }
    return render(request, "public/demand.html", context)
