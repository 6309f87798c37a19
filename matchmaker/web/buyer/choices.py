"""What a buyer does not want to see again, what its people saw lately, and whether suppliers may know."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.directory.models import NotForUs, ShowsVisits
from matchmaker.directory.services import recently_seen, say_not_for_us, show_visits, take_back_not_for_us
from matchmaker.web.access.decorators import buyer


@buyer
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    said = NotForUs.objects.filter(company=request.company).select_related("product", "supplier", "said_by")
    keys = recently_seen(request.user)
    seen = {p.pk: p for p in Product.objects.published().filter(pk__in=keys).for_cards()}
    context = {
        "said": list(said.prefetch_related("product__texts")),
        "seen": [seen[key] for key in keys if key in seen],
        "is_visible": ShowsVisits.objects.filter(company=request.company).exists(),
        "buyer_company": request.company,
        "shortlisted": set(request.company.shortlist.values_list("product", flat=True)),
    }
    return render(request, "buyer/choices.html", context)


@buyer
@require_POST
def product(request: HttpRequest, uid) -> HttpResponse:
    """This product is not for us."""
    row = get_object_or_404(Product.objects.published(), uid=uid)
    say_not_for_us(by=request.user, company=request.company, product=row)
    messages.success(request, _("You do not see “%(name)s” in lists any more.") % {"name": row.name})
    return redirect(_back(request))


@buyer
@require_POST
def supplier(request: HttpRequest, uid) -> HttpResponse:
    """Nothing of this supplier is for us."""
    row = get_object_or_404(Company.objects.public(), uid=uid)
    say_not_for_us(by=request.user, company=request.company, supplier=row)
    messages.success(request, _("You do not see products of %(name)s in lists any more.") % {"name": row.display_name})
    return redirect(_back(request))


@buyer
@require_POST
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(NotForUs, company=request.company, pk=key)
    take_back_not_for_us(by=request.user, row=row)
    messages.success(request, _("It is shown again."))
    return redirect("buyer_not_for_us")


@buyer
@require_POST
def visibility(request: HttpRequest) -> HttpResponse:
    show_visits(by=request.user, company=request.company, visible=bool(request.POST.get("visible")))
    messages.success(request, _("Changed."))
    return redirect("buyer_not_for_us")


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else reverse("buyer_not_for_us")
