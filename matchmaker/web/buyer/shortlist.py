"""What the company keeps an eye on, with notes its own people see."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.catalogue.services import note_on_shortlist, shortlist_product, unshortlist_product
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_sentences
from matchmaker.directory.models import NotForUs, ShortlistDetail, ShowsVisits
from matchmaker.directory.services import (
    arrange_shortlist,
    mark_on_shortlist,
    recently_seen,
    say_not_for_us,
    show_visits,
    take_back_not_for_us,
)
from matchmaker.web.access.decorators import buyer
from matchmaker.web.back import address_back
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.reading_ahead import read_ahead_products


@buyer
def index(request: HttpRequest) -> HttpResponse:
    """What was withdrawn since is still listed, and said to be so: a note is not lost with the product."""
    items_query = ShortlistItem.objects.filter(company=request.company).select_related(
        "product__company", "product__category", "added_by", "detail"
    )
    items = list(items_query.prefetch_related("product__texts", "product__certificates", "product__images"))
    items.sort(key=lambda item: (_detail(item).position, -item.pk))
    published = set(Product.objects.published().filter(shortlisted__in=items).values_list("pk", flat=True))
    tags = sorted({tag for item in items for tag in _detail(item).tags})
    status, tag = request.GET.get("status", ""), request.GET.get("tag", "")
    rows = [
        {"item": item, "product": item.product, "detail": _detail(item), "stands": item.product_id in published}
        for item in items
        if (not status or _detail(item).status == status) and (not tag or tag in _detail(item).tags)
    ]
    context = {
        "rows": rows,
        "shortlisted": {item.product_id for item in items},
        "has_items": bool(items),
        "tags": tags,
        "tag": tag,
        "status": status,
        "statuses": ShortlistDetail.Status.choices,
    }
    return render(request, "buyer/shortlist.html", context)


def _detail(item: ShortlistItem) -> ShortlistDetail:
    return getattr(item, "detail", None) or ShortlistDetail(item=item)


@buyer
@require_POST
def mark(request: HttpRequest, uid) -> HttpResponse:
    """Where a product stands with us, and its tags."""
    item = get_object_or_404(ShortlistItem, company=request.company, product__uid=uid)
    tags = re.split(r"[,，;；]", request.POST.get("tags", ""))
    with refusals_in_messages(request):
        mark_on_shortlist(by=request.user, item=item, status=request.POST.get("status", ""), tags=tags)
        messages.success(request, _("Noted."))
    return redirect(f"{reverse('buyer_shortlist')}#item-{uid}")


@buyer
@require_POST
def move(request: HttpRequest, uid) -> HttpResponse:
    """One place up or down; the order is the company's, not one person's."""
    items = list(ShortlistItem.objects.filter(company=request.company).select_related("product", "detail"))
    items.sort(key=lambda item: (_detail(item).position, -item.pk))
    at = next((n for n, item in enumerate(items) if item.product.uid == uid), None)
    if at is None:
        raise Http404
    to = min(max(at + (-1 if "up" in request.POST else 1), 0), len(items) - 1)
    items[at], items[to] = items[to], items[at]
    arrange_shortlist(by=request.user, company=request.company, items=items)
    return redirect(f"{reverse('buyer_shortlist')}#item-{uid}")


@buyer
@require_POST
def toggle(request: HttpRequest, uid) -> HttpResponse:
    """On, or off again; the same tap from a list, a product page or the shortlist itself."""
    item = ShortlistItem.objects.filter(company=request.company, product__uid=uid).select_related("product").first()
    if item:
        product = item.product
        unshortlist_product(by=request.user, company=request.company, product=product)
    else:
        product = get_object_or_404(Product.objects.published(), uid=uid)
        shortlist_product(by=request.user, company=request.company, product=product)
    added = item is None
    if request.htmx:
        context = {
            "product": product,
            "shortlisted": {product.pk} if added else set(),
            "words": request.POST.get("words"),
        }
        answer = render(request, "public/parts/star.html", context)
        if (request.htmx.current_url_abs_path or "").partition("?")[0] == reverse("products"):
            answer.write(_link_to_shortlist(request))
        return answer
    messages.success(request, _("It is on your shortlist.") if added else _("It is off your shortlist."))
    return redirect(address_back(request, reverse("buyer_shortlist")))


def _link_to_shortlist(request: HttpRequest) -> str:
    """The directory's link to the shortlist with its new number, beside the answer to a star."""
    count = ShortlistItem.objects.filter(company=request.company).count()
    return render_to_string(
        "public/parts/shortlist_link.html", {"shortlist_count": count, "swaps": True}, request=request
    )


@buyer
@require_POST
def note(request: HttpRequest, uid) -> HttpResponse:
    item = get_object_or_404(ShortlistItem, company=request.company, product__uid=uid)
    typed, trouble = request.POST.get("note", ""), ""
    try:
        note_on_shortlist(by=request.user, item=item, note=typed)
    except ValidationError as problem:
        trouble = join_sentences(problem.messages)
    if request.htmx:
        context = {"row": {"item": item, "product": item.product}, "trouble": trouble, "is_saved": not trouble}
        return render(request, "buyer/shortlist.html#note", context, status=422 if trouble else 200)
    if trouble:
        messages.error(request, trouble)
    else:
        messages.success(request, _("Noted."))
    return redirect(f"{reverse('buyer_shortlist')}#item-{item.product.uid}")


# What a buyer does not want to see again, what its people saw lately, and whether suppliers may know.


@buyer
@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    marks = NotForUs.objects.filter(company=request.company).select_related("product", "supplier", "said_by")
    keys = recently_seen(request.user)
    seen = {p.pk: p for p in Product.objects.published().filter(pk__in=keys).for_cards()}
    read_ahead_products(seen.values())
    context = {
        "said": list(marks.prefetch_related("product__texts")),
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
    return address_back(request, reverse("buyer_not_for_us"))
