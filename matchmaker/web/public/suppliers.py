"""Who sells."""

from django.conf import settings
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from matchmaker.campaigns.models import Enrolment
from matchmaker.catalogue.models import Product, ProductCertificate, ProductText
from matchmaker.companies import domains
from matchmaker.companies.models import Company
from matchmaker.web.access import current_company, everyone
from matchmaker.web.public import directory
from matchmaker.web.public.attending import attending, event_names, meetings_with
from matchmaker.web.public.directory import Sort
from matchmaker.web.public.product_filters import verification_words
from matchmaker.web.public.structured import supplier_data
from matchmaker.web.templatetags.trade import certificate, country, language_name

SHOWN = 4  # products a supplier's card names


def cards(companies):
    """Suppliers with the number of their products and the names of a few."""
    names = Prefetch("texts", ProductText.objects.only("product_id", "language", "name", "is_original"))
    products = Product.objects.published().only("uid", "company_id").prefetch_related(names)
    shown = products.order_by("-published_at", "-pk")[:SHOWN]
    counted = Count("products", Q(products__status=Product.Status.PUBLISHED))
    return companies.annotate(product_count=counted).prefetch_related(Prefetch("products", shown, to_attr="shown"))


@everyone
@require_safe
def index(request):
    found = directory.listing(
        request,
        "suppliers",
        facets=[
            directory.Facet("group", _("Sells"), directory.group_names),
            directory.Facet("category", _("Category"), directory.category_names),
            directory.Facet("country", _("Country"), directory.each(country), flags=True),
            directory.Facet("verification", _("Checked"), directory.each(verification_words)),
            directory.Facet("certificate", _("Certificates"), directory.each(certificate)),
            directory.Facet("language", _("Speaks"), directory.each(language_name)),
            directory.Facet("event", _("Comes to"), event_names),
        ],
        sorts={
            "fit": Sort(_("Best fit"), "fit"),
            "name": Sort(pgettext("order of a list", "Name"), "name"),
            "newest": Sort(_("Newest"), "newest"),
        },
        rows=lambda keys, _cards: directory.in_order(cards(Company.objects.public().filter(pk__in=keys)), keys),
        outside=attending(),
        without=directory.not_for(request, "suppliers"),
    )
    context = {**found, "buyer_company": current_company(request, is_buyer=True)}
    return render(request, "public/suppliers.html", context, status=found["status"])


@everyone
@require_safe
def show(request, uid):
    into = Company.objects.public().filter(merged__uid=uid).first()
    if into:  # a duplicate's address leads to the company it went up in
        return redirect("supplier", into.uid, permanent=True)
    company = get_object_or_404(Company.objects.visible_to(request.user).suppliers(), uid=uid)
    products = Product.objects.published().of(company).for_cards().order_by("category_id", "-published_at")
    codes = ProductCertificate.objects.filter(product__in=Product.objects.published().of(company))
    context = {
        "company": company,
        "is_own": company == current_company(request, is_supplier=True),
        "products": list(products[:60]),
        "certificates": sorted(set(codes.values_list("code", flat=True))),
        "vouchers": Enrolment.objects.vouched().filter(company=company).select_related("partner"),
        "domain": domains.proved(company),
        "structured": supplier_data(company, settings.SITE_URL),
        **directory.word_of(company),
        "meetings": meetings_with(request, company),
        **directory.buyer_view(request),
    }
    return render(request, "public/supplier.html", context)
