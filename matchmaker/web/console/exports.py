"""The team's lists as files."""

from django.http import Http404, HttpRequest, HttpResponse

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.imports import exporting
from matchmaker.web.access.decorators import organiser
from matchmaker.web.rendering.list_export import export


def _of(request: HttpRequest, side: str):
    return Company.objects.filter(campaigns=request.campaign, **{side: True}).distinct().order_by("pk")


def _table(request: HttpRequest, what: str):
    if what in ("suppliers", "buyers"):
        return exporting.companies(_of(request, f"is_{what.removesuffix('s')}"))
    if what == "products":
        return exporting.products(
            Product.objects.published().filter(company__in=_of(request, "is_supplier")).for_cards()
        )
    # Drafts and private demands are the buyer's own: the team sees that they are there, not what they say.
    lines = DemandLine.objects.filter(demand__company__in=_of(request, "is_buyer"))
    lines = lines.exclude(demand__visibility="private").exclude(demand__status="draft")
    return exporting.demand_lines(lines.select_related("demand__company"))


@organiser
def lists(request: HttpRequest, what: str, form: str) -> HttpResponse:
    if what not in ("suppliers", "buyers", "products", "demands"):
        raise Http404
    return export(request, what, form, lambda: _table(request, what))
