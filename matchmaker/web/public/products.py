"""What is offered."""

import datetime as dt

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product, ProductCertificate, ProductImage, ProductVideo
from matchmaker.core.replica import reads_replica
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory import facts
from matchmaker.directory.services import note_visit, similar_products
from matchmaker.market_access.presentation import DutyBox, duty_box, readiness_box
from matchmaker.market_access.rules import Rulebook
from matchmaker.market_access.services import rulebook
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import current_company, everyone
from matchmaker.web.public import directory, in_campaign, product_filters
from matchmaker.web.public.attending import attending, meetings_with
from matchmaker.web.public.structured import product_data
from matchmaker.web.public.understood import demand_from
from matchmaker.web.rendering.reading_ahead import read_ahead_product

USUAL_LEAD_TIME = 60  # days until shipment where the supplier states none


@everyone
@require_safe
@reads_replica
def index(request):
    ships = facts.month_of(request.GET.get("ship", ""))
    products = directory.Directory(
        "products",
        facets=product_filters.facets(ships),
        sorts=product_filters.sorts(request, ships),
        rows=lambda keys, cards: product_filters.rows(keys, cards, in_campaign.products(request)),
        company_facets=attending(request),
        without=directory.not_for(request),
    )
    page = directory.listing(request, products)
    context = {**page.context(), **directory.buyer_view(request), "empty_url": demand_from(page.query)}
    return render(request, "public/products.html", context, status=page.status)


@everyone
@require_safe
def show(request, uid):
    rows = Product.objects.visible_to(request.user).for_cards().prefetch_related("variants", "files", "videos")
    product = get_object_or_404(rows, uid=uid)
    in_campaign.open_where_it_belongs(request, product.company, in_campaign.Side.SUPPLIER)
    read_ahead_product(product)
    ships_on = _ships_on(request, product)
    buyer = current_company(request, is_buyer=True)
    similar = similar_products(product, without=directory.not_for(request), **in_campaign.similar(request))
    if request.user.is_authenticated and product.status == Product.Status.PUBLISHED:
        note_visit(by=request.user, product=product, company=buyer)
    matches = list(Match.objects.for_buyer(buyer).filter(product=product).for_cards()[:5]) if buyer else []
    pictures, videos = _pictures(request, product)
    context = {
        "product": product,
        "is_own": product.company == current_company(request, is_supplier=True),
        "is_public": product.is_public,
        "texts": list(product.texts.all()),
        "files": list(product.files.all()),
        "pictures": pictures,
        "videos": videos,
        "is_reserved": product.pictures_reserved,
        "traits": _traits(product),
        "ships_on": ships_on,
        "readiness": readiness_box(product, ships_on, to_maker=False, book=_rulebook()),
        "duty": _duty(product.tariff_code, product.origin, ships_on, get_language()),
        "similar": product_filters.rows(similar.keys, similar.cards, in_campaign.products(request)),
        "matches": matches,
        "structured": product_data(product, request.site_url),
        "picture": next((request.site_url + image.file.url for image in product.open_pictures), ""),
        **directory.reliability_of(product.company),
        "meetings": meetings_with(request, product.company),
        **directory.buyer_view(request),
    }
    return render(request, "public/product.html", context)


def _pictures(request, product: Product) -> tuple[list[ProductImage], list[ProductVideo]]:
    """The pictures and videos that this person may see."""
    if not product.pictures_reserved:
        return list(product.images.all()), list(product.videos.all())
    of_product = (kind.objects.filter(product=product) for kind in (ProductImage, ProductVideo))
    images, videos = (list(rows.opened_to(request.user)) for rows in of_product)
    return images, videos


TRAITS = {
    "gi": gettext_lazy("Geographical indication"),
    "footprint": gettext_lazy("Carbon footprint"),
    "green": gettext_lazy("Green certificate"),
}


def _traits(product: Product) -> list[tuple[str, list[ProductCertificate]]]:
    """What certificates say of the goods themselves, kind by kind; those past their end say nothing any more."""
    held = [one for one in product.certificates.all() if one.is_valid]
    found = ((str(word), [one for one in held if one.trait == kind]) for kind, word in TRAITS.items())
    return [(word, rows) for word, rows in found if rows]


@cached_for(10)
def _rulebook() -> Rulebook:
    return rulebook()


@cached_for(60)
def _duty(hs_code: str, origin: str, day: dt.date, _language: str) -> DutyBox:
    """Of all goods with this code and origin, in the language of the page."""
    return duty_box(Product(hs_code=hs_code, origin=origin), day)


def _ships_on(request, product: Product) -> dt.date:
    """The day duty and readiness are shown for: the one asked for, or the earliest on which the goods could leave."""
    today = timezone.localdate()
    try:
        day = dt.date.fromisoformat(request.GET.get("ship", ""))
    except ValueError:
        day = today + dt.timedelta(days=product.lead_time_days or USUAL_LEAD_TIME)
    return min(max(day, dt.date(2020, 1, 1)), dt.date(2035, 12, 31))
