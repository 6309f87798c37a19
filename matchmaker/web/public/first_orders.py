"""First-order programmes of the campaign: rules, list of applications, draw. Companies are named nowhere here."""

import json

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Category
from matchmaker.core import reference
from matchmaker.core.downloads import download
from matchmaker.core.formats import day, money, number
from matchmaker.core.lists import format_list
from matchmaker.first_orders import services
from matchmaker.first_orders.models import Programme
from matchmaker.first_orders.services.payouts import wanted_proofs
from matchmaker.web.access.decorators import everyone
from matchmaker.web.public import in_campaign

PAGE = 100


def _programmes(request):
    """Published ones of the campaigns that this page is about."""
    rows = Programme.objects.visible_to(request.user).exclude(state=Programme.State.DRAFT).select_related("campaign")
    campaigns = in_campaign.campaigns_shown(request)
    return rows if campaigns is None else rows.filter(campaign__in=campaigns)


@everyone
@require_safe
def index(request):
    return render(request, "public/first_orders.html", {"programmes": _programmes(request)[:PAGE]})


@everyone
@require_safe
def show(request, uid):
    programme = get_object_or_404(_programmes(request), uid=uid)
    listed = getattr(programme, "draw", None)
    page = Paginator(programme.applications.order_by("place", "number"), PAGE).get_page(request.GET.get("page"))
    context = {
        "programme": programme,
        "facts": rules_of(programme),
        "draw": listed,
        "page": page if listed else None,
    }
    return render(request, "public/first_order.html", context)


def rules_of(programme: Programme) -> list[dict[str, str]]:
    """The rules with their labels."""
    names = dict(Category.objects.filter(code__in=programme.categories).values_list("code", "name"))
    suppliers = [
        _("only suppliers with fewer than 50 employees") if programme.small_only else "",
        _("only suppliers that sell to China for the first time") if programme.first_time_only else "",
        format_list(reference.name(reference.countries().get(code), code) for code in programme.countries),
        format_list(str(names.get(code, code)) for code in programme.categories),
    ]
    share = _("%(percent)s%% of the costs, at most %(cap)s") % {
        "percent": number(programme.share_percent),
        "cap": money(programme.cap, programme.currency),
    }
    first = _("small companies and first-time exporters are drawn first") if programme.small_first else ""
    rows = [
        (_("Budget"), money(programme.budget, programme.currency)),
        (_("Applications"), f"{day(programme.opens_on)} – {day(programme.closes_on)}"),
        (_("Voucher"), share),
        (_("Costs that are covered"), format_list(programme.cost_labels)),
        (_("Who takes part"), " · ".join(filter(None, suppliers))),
        (_("Order"), first),
        (_("Needed for the payment"), format_list([str(kind.label) for kind in wanted_proofs(programme)])),
        (_("Public source of the seed"), programme.seed_source),
        (_("SHA-256 of the secret seed"), programme.seed_sha256),
    ]
    return [{"label": label, "value": value} for label, value in rows]


@everyone
@require_safe
def draw(request, uid):
    """The published list, and the draw once it took place, as a file that `recompute_draw` reads."""
    programme = get_object_or_404(_programmes(request).exclude(draw=None), uid=uid)
    content = json.dumps(services.published_draw(programme), indent=1)
    return download(content, name="draw.json", content_type="application/json")
