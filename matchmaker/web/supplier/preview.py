"""How many open demands a draft would fit, before its company is approved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matchmaker.matching.services.preview import preview_product
from matchmaker.web.access.decorators import supplier
from matchmaker.web.rendering import previews
from matchmaker.web.supplier.products import own_product


@supplier
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    """The page, or its box alone for the desk and the product's own page."""
    product = own_product(request, uid)
    context = {"product": product, "preview": previews.of_product(preview_product(product))}
    return render(request, "supplier/preview.html#box" if request.htmx else "supplier/preview.html", context)
