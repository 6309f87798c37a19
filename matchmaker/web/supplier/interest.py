"""How often a supplier is looked at, kept and asked, and what buyers look for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Category, Demand, DemandLine, Product
from matchmaker.directory.services import interest_in, visitors
from matchmaker.messaging.models import Enquiry, Side
from matchmaker.web.access.decorators import supplier
from matchmaker.web.templatetags.ui import number

SHOWN = 6  # open demands in the supplier's categories
_NO_NAMES = gettext_lazy("in thirty days; numbers only")


@supplier
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    company = request.company
    interest = interest_in(company)
    products = list(Product.objects.published().of(company).prefetch_related("texts").order_by("pk"))
    asked = list(Enquiry.objects.filter(supplier=company, asked_by=Side.BUYER).values_list("product", flat=True))
    rows = [
        {
            "product": product,
            "seen": interest.by_product.get(product.pk, (0, 0))[0],
            "saved": interest.by_product.get(product.pk, (0, 0))[1],
            "asked": asked.count(product.pk),
        }
        for product in products
    ]
    rows.sort(key=lambda row: (-row["seen"], -row["saved"], row["product"].pk))
    categories = {product.category_id for product in products if product.category_id}
    open_demands = Demand.objects.public().filter(lines__category__in=categories).distinct()
    lines = DemandLine.objects.filter(demand__in=Demand.objects.public(), category__in=categories)
    context = {
        "figures": [
            {"label": _("times looked at"), "value": number(interest.seen), "note": _NO_NAMES, "first": True},
            {"label": _("buyers who looked"), "value": number(interest.buyers), "note": _NO_NAMES},
            {"label": _("times on a shortlist"), "value": number(interest.saved), "note": _("now")},
            {"label": _("enquiries"), "value": number(len(asked)), "note": _("so far")},
        ],
        "rows": rows,
        "visitors": list(visitors(company)[:50]),
        "demands": list(open_demands.order_by("-published_at", "-id")[:SHOWN]),
        "line_count": lines.count(),
        "categories": list(Category.objects.filter(pk__in=categories)),
    }
    return render(request, "supplier/interest.html", context)
