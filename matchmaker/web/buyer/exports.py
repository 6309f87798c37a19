"""A buyer's lists as files."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import DemandLine, Product, ShortlistItem
from matchmaker.imports import exporting
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import buyer
from matchmaker.web.rendering.list_export import export


@buyer
def demands(request: HttpRequest, form: str) -> HttpResponse:
    """One row a line, in the columns of the import."""
    rows = DemandLine.objects.filter(demand__company=request.company).select_related("demand__company")
    return export(request, "demands", form, lambda: exporting.demand_lines(rows), title=_("Demands"))


@buyer
def matches(request: HttpRequest, form: str) -> HttpResponse:
    found = Match.objects.for_buyer(request.company).for_cards().order_by("line__demand", "line__number", "-score")

    def table():
        head = [_("Demand"), _("Line"), _("Product"), _("Supplier"), _("Country or region")]
        head += [_("Fit, of 100"), _("Your answer")]
        return head, (
            [
                match.line.demand.title,
                match.line.text,
                str(match.product),
                str(match.product.company),
                match.product.company.country_name,
                round(100 * match.score),
                match.get_buyer_answer_display() if match.buyer_answer else "",
            ]
            for match in found
        )

    return export(request, "matches", form, table, title=_("Matches"))


@buyer
def shortlist(request: HttpRequest, form: str) -> HttpResponse:
    seen = Product.objects.visible_to(request.user).values("pk")
    items = ShortlistItem.objects.filter(company=request.company, product__in=seen)
    items = items.select_related("product__company").prefetch_related("product__texts")

    def table():
        head = [_("Product"), _("Supplier"), _("Country or region"), _("Note"), _("Added")]
        return head, (
            [
                str(item.product),
                str(item.product.company),
                item.product.company.country_name,
                item.note,
                item.added_at.date(),
            ]
            for item in items
        )

    return export(request, "shortlist", form, table, title=_("Shortlist"))
