"""How many suppliers a demand would find, before its company is approved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Demand
from matchmaker.matching.services.preview import preview_demand
from matchmaker.web.access.decorators import buyer
from matchmaker.web.rendering import previews


@buyer
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    """The page, or its box alone for the desk and the demand's own page."""
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    context = {"demand": demand, "preview": previews.of_demand(preview_demand(demand))}
    return render(request, "buyer/preview.html#box" if request.htmx else "buyer/preview.html", context)
