"""The front page: what this is, who is coming, what is wanted now, and how to join."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import Category, Demand, DemandLine, Product
from matchmaker.core import languages
from matchmaker.core.formats import number
from matchmaker.core.languages import site_languages
from matchmaker.core.site_prefix import script_prefix
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import everyone
from matchmaker.web.campaign_site import link
from matchmaker.web.public import directory, in_campaign
from matchmaker.web.public.demands import cards as demand_cards
from matchmaker.web.public.structured import home_data
from matchmaker.web.rendering.page_context import campaign_of
from matchmaker.web.rendering.reading_ahead import read_ahead_demands, read_ahead_products
from matchmaker.web.templatetags.trade import country

LOOKED_AT = 300  # newest rows among which the front page chooses
COUNTRIES_SHOWN = 12  # those with most suppliers; the list of suppliers has all
SITEMAP_LIFE = 3600  # seconds for which a proxy or a crawler need not ask again
ADDRESSES = 5_000  # of one sitemap file; the protocol allows 50,000 and 50 MB, and each names fifteen others
CLOSED_TO_ROBOTS = ("supplier", "buyer", "console", "accounts", "admin", "api", "notices")
PAGES = ("home", "about", "categories", "suppliers", "products", "demands", "events")


@everyone
@require_safe
def home(request):
    if request.site_campaign is None and (
        campaigns := list(Campaign.objects.filter(state="open").order_by("starts_on", "pk"))
    ):
        rows = [{"campaign": campaign, "url": link(request, campaign, "/")} for campaign in campaigns]
        return render(request, "public/campaigns.html", {"rows": rows})
    counted = in_campaign.suppliers(request).values("country").annotate(n=Count("pk")).order_by("-n", "country")
    countries = list(counted.values_list("country", "n"))
    wanted, offered = _newest_demands(request, 6), _newest_products(request, 8)
    read_ahead_demands(wanted)
    read_ahead_products(offered)
    context = {
        "countries": [{"code": code, "name": country(code), "count": n} for code, n in countries[:COUNTRIES_SHOWN]],
        "country_count": len(countries),
        "demands": wanted,
        "products": offered,
        "events": list(in_campaign.events(request).upcoming()[:4]),
        "figures": _figures(request, len(countries)),
        "groups": _groups(request),
        "structured": home_data(campaign_of(request), request.site_url),
        **directory.buyer_view(request),
    }
    return render(request, "public/home.html", context)


def _newest_demands(request: HttpRequest, most: int) -> list[Demand]:
    lines = DemandLine.objects.filter(demand__in=in_campaign.demands(request))
    newest = lines.order_by("-demand__published_at", "-demand__id", "number").values_list("demand", "category__group")
    group_of: dict[int, str | None] = {}  # of its first line
    for key, group in newest[: 2 * LOOKED_AT]:
        group_of.setdefault(key, group)
    chosen = _spread(group_of.items(), most)
    found = demand_cards(in_campaign.demands(request).filter(pk__in=chosen)).in_bulk()
    return [found[key] for key in chosen if key in found]


def _newest_products(request: HttpRequest, most: int) -> list[Product]:
    """One of each country, of all groups."""
    newest = (
        in_campaign.products(request).order_by("-published_at", "-id").values_list("pk", "origin", "category__group")
    )
    of_country: dict[str, tuple[int, str | None]] = {}
    for key, origin, group in newest[:LOOKED_AT]:
        of_country.setdefault(origin, (key, group))
    chosen = _spread(of_country.values(), most)
    found = in_campaign.products(request).for_cards().in_bulk(chosen)
    return [found[key] for key in chosen if key in found]


def _spread(rows: Iterable[tuple[int, str | None]], most: int) -> list[int]:
    """Keys of the newest of each group in turn, so that the front page shows the width of the campaign."""
    piles: dict[str, list[int]] = {}
    for key, group in rows:
        piles.setdefault(group or "", []).append(key)
    rounds = zip_longest(*(piles[group] for group in sorted(piles)))
    return [key for one in rounds for key in one if key is not None][:most]


def _figures(request: HttpRequest, countries: int) -> list[dict]:
    open_lines = DemandLine.objects.filter(demand__in=in_campaign.demands(request))
    # Only those of public demands: a number must not tell that a private one is there.
    matches = Match.objects.active().filter(line__in=open_lines)
    suppliers = in_campaign.suppliers(request).count()
    return [
        {
            "label": _("lines wanted by buyers now"),
            "value": number(open_lines.count()),
            "first": True,
        },
        {"label": _("products on offer"), "value": number(in_campaign.products(request).count())},
        {
            "label": ngettext("supplier", "suppliers", suppliers),
            "value": number(suppliers),
            "note": ngettext("from %(count)d country", "from %(count)d countries", countries) % {"count": countries},
        },
        {"label": _("matches found"), "value": number(matches.count())},
    ]


def _groups(request: HttpRequest) -> list[dict]:
    offered = dict(
        in_campaign.products(request)
        .values_list("category__group")
        .annotate(n=Count("pk"))
        .values_list("category__group", "n")
    )
    wanted = dict(
        DemandLine.objects.filter(demand__in=in_campaign.demands(request))
        .values_list("category__group")
        .annotate(n=Count("pk"))
        .values_list("category__group", "n")
    )
    return [
        {"code": code, "name": label, "offered": offered.get(code, 0), "wanted": wanted.get(code, 0)}
        for code, label in Category.Group.choices
        if code != Category.Group.OUT
    ]


@everyone
@require_safe
def categories(request):
    products = in_campaign.products(request).values("category").annotate(n=Count("pk"))
    offered = dict(products.values_list("category", "n"))
    rows = list(Category.objects.exclude(group=Category.Group.OUT))
    wanted = dict(
        DemandLine.objects.filter(demand__in=in_campaign.demands(request))
        .values("category")
        .annotate(n=Count("pk"))
        .values_list("category", "n")
    )
    groups = [{"code": code, "name": label, "rows": []} for code, label in Category.Group.choices]
    by_code = {group["code"]: group for group in groups}
    for row in rows:
        row.offered, row.wanted = offered.get(row.pk, 0), wanted.get(row.pk, 0)
        by_code[row.group]["rows"].append(row)
    return render(request, "public/categories.html", {"groups": [group for group in groups if group["rows"]]})


@everyone
@require_safe
def category(request, code):
    row = get_object_or_404(Category, pk=code)
    products = in_campaign.products(request).filter(category=row).for_cards().order_by("-published_at", "-id")
    demands = demand_cards(in_campaign.demands(request).filter(lines__category=row).distinct().order_by("closing_on"))
    shown, wanted = list(products[:12]), list(demands[:6])
    read_ahead_products(shown)
    read_ahead_demands(wanted)
    context = {
        "category": row,
        "products": shown,
        "product_count": products.count(),
        "demands": wanted,
        **directory.buyer_view(request),
    }
    return render(request, "public/category.html", context)


@everyone
@require_safe
def about(request):
    return render(request, "public/about.html")


@everyone
@require_safe
def privacy(request):
    return redirect(reverse("about") + "#privacy")


# -- for search engines -----------------------------------------------------------------------------------------------
def _sections(request: HttpRequest) -> dict:
    return {
        "products": (in_campaign.products(request).order_by("pk"), "product", "uid", "updated_at"),
        "suppliers": (in_campaign.suppliers(request).order_by("pk"), "supplier", "uid", "updated_at"),
        "demands": (in_campaign.demands(request).order_by("pk"), "demand", "uid", "updated_at"),
        "events": (in_campaign.events(request).order_by("pk"), "event", "slug", "created_at"),
    }


@everyone
@require_safe
@cache_control(public=True, max_age=SITEMAP_LIFE)
def sitemap(request):
    """The index of the sitemap: for each language one file for each few thousand addresses of a kind."""
    counts = {"pages": 1} | {
        name: Paginator(rows, ADDRESSES).num_pages for name, (rows, *_rest) in _sections(request).items()
    }
    files = [
        request.site_url + reverse("sitemap_file", args=[language.code, name, n + 1])
        for language in site_languages()
        for name, count in counts.items()
        for n in range(count)
    ]
    return render(request, "public/sitemap_index.xml", {"files": files}, content_type="application/xml")


@everyone
@require_safe
@cache_control(public=True, max_age=SITEMAP_LIFE)
def sitemap_file(request, language, section, number):
    """The addresses of one kind in one language, each with those of the same page in the others."""
    codes = [row.code for row in site_languages()]
    if language not in codes or (section != "pages" and section not in _sections(request)):
        raise Http404
    rows = list(_sitemap_entries(request, section, number))
    prefixes = {}
    for code in codes:
        with override(code):
            prefixes[code] = request.site_url + reverse("home").rstrip("/")
    with override(languages.ENGLISH), script_prefix(""):
        paths = [(reverse(route, args=args), changed) for route, args, changed in rows]
    entries = [
        {
            "url": prefixes[language] + path,
            "changed": changed,
            "alternates": [(languages.tag_of(code), prefix + path) for code, prefix in prefixes.items()],
            "default": prefixes[languages.ENGLISH] + path,
        }
        for path, changed in paths
    ]
    return render(request, "public/sitemap.xml", {"entries": entries}, content_type="application/xml")


def _sitemap_entries(request: HttpRequest, section: str, number: int) -> Iterator[tuple[str, list, Any]]:
    """(route, arguments, when it changed) of the pages in one file of the sitemap."""
    if section == "pages":
        yield from ((name, [], None) for name in PAGES)
        return
    rows, route, key, changed = _sections(request)[section]
    pages = Paginator(rows.values_list(key, changed), ADDRESSES)
    if number > pages.num_pages:
        raise Http404
    yield from ((route, [value], when) for value, when in pages.page(number).object_list)


def _sitemaps(request: HttpRequest) -> Iterator[str]:
    """Of the campaign of the address, and at the root of every campaign below it that anybody may read."""
    yield f"Sitemap: {request.site_url}{reverse('sitemap')}"  # type: ignore[attr-defined]  # set by the middleware
    if request.campaign_is_addressed:  # type: ignore[attr-defined]  # as above
        return
    for campaign in Campaign.objects.shown().order_by("pk"):
        if campaign != request.site_campaign and not site.host_url(campaign):  # type: ignore[attr-defined]  # as above
            yield f"Sitemap: {site.url_of(campaign)}{reverse('sitemap')}"


@everyone
@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        f"Allow: {reverse('account_signup')}",  # the longer path wins
        *(f"Disallow: {before}/{area}/" for before in ("", "/c/*") for area in CLOSED_TO_ROBOTS),
        *_sitemaps(request),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
