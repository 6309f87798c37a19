"""A supplier's lists as files."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Product
from matchmaker.imports import exporting
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import supplier
from matchmaker.web.rendering.list_export import export


@supplier
def products(request: HttpRequest, form: str) -> HttpResponse:
    """The columns are those of the import: edit the file and send it back."""
    rows = Product.objects.of(request.company).for_cards().order_by("pk")
    return export(request, "products", form, lambda: exporting.products(rows), title=_("Products"))


@supplier
def matches(request: HttpRequest, form: str) -> HttpResponse:
    found = Match.objects.for_supplier(request.company).for_cards().order_by("-score")

    def table():
        head = [_("Product"), _("What is wanted"), _("City"), _("Fit, of 100"), _("Your answer"), _("Buyer's answer")]
        return head, (
            [
                str(match.product),
                match.line.text,
                match.line.demand.company.city,
                round(100 * match.score),
                match.get_supplier_answer_display() if match.supplier_answer else "",
                match.get_buyer_answer_display() if match.buyer_answer and match.supplier_answer else "",
            ]
            for match in found
        )

    return export(request, "matches", form, table, title=_("Matches"))
