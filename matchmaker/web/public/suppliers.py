"""Who sells."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from matchmaker.campaigns.models import Enrolment
from matchmaker.catalogue.models import Product, ProductCertificate, ProductText, text_for_reader
from matchmaker.companies import domains
from matchmaker.companies.models import Company
from matchmaker.core.languages import base_of, current
from matchmaker.core.replica import reads_replica
from matchmaker.translation.services import read_ahead
from matchmaker.web.access.decorators import current_company, everyone
from matchmaker.web.public import directory, in_campaign
from matchmaker.web.public.attending import attending, event_names, meetings_with
from matchmaker.web.public.directory import Sort
from matchmaker.web.public.product_filters import verification_words
from matchmaker.web.public.structured import supplier_data
from matchmaker.web.rendering.reading_ahead import read_ahead_products
from matchmaker.web.templatetags.trade import certificate, country, language_name

SHOWN = 4  # products a supplier's card names


class NamedProduct(NamedTuple):
    """A product as far as its supplier's row names it."""

    uid: UUID
    text: Any


def cards(keys: Sequence[int], among: QuerySet[Company]) -> list[Company]:
    """The suppliers with these keys in their order, as far as they are `among` those that may be seen.

    Each has the number of its products (`product_count`) and a few of them (`shown`).
    """
    newest = Window(RowNumber(), partition_by="company_id", order_by=["-published_at", "-pk"])
    many = Window(Count("pk"), partition_by="company_id")
    goods = Product.objects.published().filter(company__in=keys).annotate(place=newest, many=many)
    named = (
        goods.filter(place__lte=SHOWN)
        .order_by("place")
        .values_list("pk", "uid", "company_id", "many", "hs_code", "category_id")
    )
    texts = defaultdict(list)
    rows = ProductText.objects.filter(product__in=[row[0] for row in named])
    for text in rows.values_list("product_id", "language", "name", "is_original", named=True):
        texts[text.product_id].append(text)
    read_ahead(
        ((text.name, text.language) for own in texts.values() for text in own if text.is_original), base_of(current())
    )
    companies = directory.in_order(among.filter(pk__in=keys), keys)
    for company in companies:
        company.product_count, company.shown = 0, []
    by_key = {company.pk: company for company in companies}
    for key, uid, company_key, count, hs_code, category_id in named:
        if company := by_key.get(company_key):
            company.product_count = count
            if text := text_for_reader(texts[key], hs_code, category_id):
                company.shown.append(NamedProduct(uid, text))
    return companies


@everyone
@require_safe
@reads_replica
def index(request):
    suppliers = directory.Directory(
        "suppliers",
        facets=[
            directory.Facet("group", _("Sells"), directory.group_names),
            directory.Facet("category", _("Category"), directory.category_names),
            directory.Facet("country", _("Country or region"), directory.each(country), flags=True),
            directory.Facet("verification", _("Checked"), directory.each(verification_words)),
            directory.Facet("certificate", _("Certificates"), directory.each(certificate)),
            directory.Facet("language", _("Speaks"), directory.each(language_name)),
            directory.Facet("event", _("Attends"), event_names),
        ],
        sorts={
            "fit": Sort(_("Best fit"), "fit"),
            "name": Sort(pgettext("order of a list", "Name"), "name"),
            "newest": Sort(_("Newest"), "newest"),
        },
        rows=lambda keys, _cards: cards(keys, in_campaign.suppliers(request)),
        company_facets=attending(request),
        without=directory.not_for(request, "suppliers"),
    )
    page = directory.listing(request, suppliers)
    context = {**page.context(), "buyer_company": current_company(request, is_buyer=True)}
    return render(request, "public/suppliers.html", context, status=page.status)


@everyone
@require_safe
def show(request, uid):
    into = Company.objects.public().filter(merged__uid=uid).first()
    if into:  # a duplicate's address leads to the company it went up in
        return redirect("supplier", into.uid, permanent=True)
    company = get_object_or_404(Company.objects.visible_to(request.user).suppliers(), uid=uid)
    in_campaign.open_where_it_belongs(request, company, in_campaign.Side.SUPPLIER)
    products = Product.objects.published().of(company).for_cards().order_by("category_id", "-published_at")
    codes = ProductCertificate.objects.filter(product__in=Product.objects.published().of(company))
    products = list(products[:60])
    read_ahead_products(products)
    context = {
        "company": company,
        "may_claim": request.user.is_authenticated and not Company.objects.of(request.user).exists(),
        "is_own": company == current_company(request, is_supplier=True),
        "products": products,
        "certificates": sorted(set(codes.values_list("code", flat=True))),
        "vouchers": Enrolment.objects.vouched().filter(company=company).select_related("partner"),
        "domain": domains.newest_proof(company),
        "structured": supplier_data(company, request.site_url),
        **directory.reliability_of(company),
        "meetings": meetings_with(request, company),
        **directory.buyer_view(request),
    }
    return render(request, "public/supplier.html", context)
