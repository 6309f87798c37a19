"""What waits for this supplier, and what to do next."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.web.access.decorators import supplier
from matchmaker.web.company_pages import state_of
from matchmaker.web.supplier.completeness import completeness
from matchmaker.web.supplier.matches import seen_by, shown

SHOWN = 3


@supplier
def show(request: HttpRequest) -> HttpResponse:
    company = request.company
    products = list(Product.objects.of(company).exclude(status=Product.Status.WITHDRAWN).for_cards())
    seen = seen_by(company)
    counts = seen.order_by().aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(supplier_answer="")),
        asked=Count("pk", filter=Q(supplier_answer="", buyer_answer="interested")),
        mutual=Count("pk", filter=Q(mutual_at__isnull=False)),
    )
    drafts = [product for product in products if product.status == Product.Status.DRAFT]
    measured = [(product, completeness(product)) for product in products]
    context = {
        "company": company,
        "state": state_of(company),
        "others": Company.objects.of(request.user).exclude(pk=company.pk).order_by("memberships__id"),
        "counts": counts,
        "drafts": drafts,
        "published": sum(1 for product in products if product.status == Product.Status.PUBLISHED),
        "thin": sorted((pair for pair in measured if pair[1].percent < 80), key=lambda pair: pair[1].percent)[:SHOWN],
        "cards": [shown(match) for match in seen.filter(supplier_answer="").for_cards()[:SHOWN]],
    }
    return render(request, "supplier/home.html", context)
