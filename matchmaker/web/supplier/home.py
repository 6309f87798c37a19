"""What waits for this supplier, and what to do next."""

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Category, Demand, DemandLine, Product
from matchmaker.core.formats import capfirst, number
from matchmaker.core.lists import join_label, side_by_side
from matchmaker.directory.services import interest_in, visitors
from matchmaker.messaging.models import Enquiry, Side
from matchmaker.web.access.decorators import memberships_of, supplier
from matchmaker.web.company_pages import new_questions, state_of
from matchmaker.web.rendering.reading_ahead import read_ahead_demands, read_ahead_matches, read_ahead_products
from matchmaker.web.supplier.matches import match_context, seen_by, with_products
from matchmaker.web.supplier.products import completeness, own_product

SHOWN = 3


@supplier
def home(request: HttpRequest) -> HttpResponse:
    company = request.company
    every = list(Product.objects.of(company).for_cards())
    products = [product for product in every if product.status != Product.Status.WITHDRAWN]
    seen = seen_by(company)
    counts = seen.order_by().aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(supplier_answer="")),
        asked=Count("pk", filter=Q(supplier_answer="", buyer_answer="interested")),
        mutual=Count("pk", filter=Q(mutual_at__isnull=False)),
    )
    waiting = with_products(seen.filter(supplier_answer="")[:SHOWN], every)
    read_ahead_products(products)
    read_ahead_matches(waiting)
    drafts = [product for product in products if product.status == Product.Status.DRAFT]
    measured = [(product, completeness(product)) for product in products]
    context = {
        "company": company,
        "state": state_of(company),
        "others": [one.company for one in memberships_of(request) if one.company_id != company.pk],
        "counts": counts,
        "questions_waiting": new_questions(request),
        "drafts": drafts,
        "previewed": [] if company.is_approved else drafts[:SHOWN],
        "published": sum(1 for product in products if product.status == Product.Status.PUBLISHED),
        "thin": sorted((pair for pair in measured if pair[1].percent < 80), key=lambda pair: pair[1].percent)[:SHOWN],
        "cards": [match_context(match) for match in waiting],
    }
    return render(request, "supplier/home.html", context)


# How often a supplier is looked at, kept and asked, and what buyers look for.


LINES_SHOWN = 6  # open demands in the supplier's categories
_NO_NAMES = gettext_lazy("in thirty days; numbers only")


@supplier
@require_safe
def interest(request: HttpRequest) -> HttpResponse:
    company = request.company
    interest = interest_in(company)
    products = list(Product.objects.published().of(company).prefetch_related("texts").order_by("pk"))
    read_ahead_products(products)
    products_of_enquiries = list(
        Enquiry.objects.filter(supplier=company, asked_by=Side.BUYER).values_list("product", flat=True)
    )
    rows = [
        {
            "product": product,
            "seen": interest.by_product.get(product.pk, (0, 0))[0],
            "saved": interest.by_product.get(product.pk, (0, 0))[1],
            "asked": products_of_enquiries.count(product.pk),
        }
        for product in products
    ]
    rows.sort(key=lambda row: (-row["seen"], -row["saved"], row["product"].pk))
    categories = {product.category_id for product in products if product.category_id}
    listed = Prefetch("lines", DemandLine.objects.select_related("category").order_by("number"), to_attr="listed")
    open_demands = Demand.objects.public().filter(lines__category__in=categories).distinct().prefetch_related(listed)
    demands = list(open_demands.order_by("-published_at", "-id")[:LINES_SHOWN])
    read_ahead_demands(demands)
    lines = DemandLine.objects.filter(demand__in=Demand.objects.public(), category__in=categories)
    context = {
        "figures": [
            {"label": _("times looked at"), "value": number(interest.seen), "note": _NO_NAMES, "first": True},
            {"label": _("buyers who looked"), "value": number(interest.buyers), "note": _NO_NAMES},
            {"label": _("times on a shortlist"), "value": number(interest.saved), "note": _("now")},
            {"label": _("enquiries"), "value": number(len(products_of_enquiries)), "note": _("so far")},
        ],
        "rows": rows,
        "visitors": list(visitors(company)[:50]),
        "demands": demands,
        "line_count": lines.count(),
        "categories": list(Category.objects.filter(pk__in=categories)),
    }
    return render(request, "supplier/interest.html", context)


# What happened with a product, for the people of its company.


ENTRIES_SHOWN = 100
ICONS = {
    "publish_product": ("met", "send"),
    "pause_product": ("missing", "player-pause"),
    "withdraw_product": ("", "archive"),
    "add_product_image": ("", "photo"),
    "change_product_image": ("", "photo"),
    "remove_product_image": ("", "photo"),
    "describe_certificate": ("", "certificate"),
    "add_product_file": ("", "file-text"),
    "add_product_video": ("", "photo"),
}


@supplier
def history(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    entries = AuditEntry.objects.filter(object_kind="Product", object_uid=str(product.uid)).select_related("actor")
    return render(
        request,
        "supplier/history.html",
        {"product": product, "entries": [_line(entry) for entry in entries.order_by("-id")[:ENTRIES_SHOWN]]},
    )


def _line(entry: AuditEntry) -> dict:
    labels = {
        "save_product": _("Written") if entry.facts.get("new") else _("Something was changed"),
        "publish_product": _("Published"),
        "pause_product": _("Paused"),
        "withdraw_product": _("Withdrawn"),
        "add_product_image": _("A picture was added"),
        "change_product_image": _("A picture was moved or described anew"),
        "remove_product_image": _("A picture was removed"),
        "describe_certificate": _("A certificate was described"),
        "add_product_file": _("A file was added"),
        "remove_product_file": _("A file was removed"),
        "add_product_video": _("A video was added"),
        "remove_product_video": _("A video was removed"),
        "answer_question": _("A question about entering China was answered"),
        "withdraw_answer": _("An answer about entering China was taken back"),
    }
    tone, icon = ICONS.get(entry.verb, ("", "pencil"))
    after = entry.facts.get("after", {})
    return {
        "what": labels.get(entry.verb, _("Something was changed")),
        "when": entry.at,
        "who": str(entry.actor or ""),
        "tone": tone,
        "icon": icon,
        "more": side_by_side(
            join_label(_label(name), f"{entry.facts['before'].get(name) or '–'} → {value or '–'}")
            for name, value in after.items()
            if not entry.facts.get("new")
        ),
    }


def _label(name: str) -> str:
    return capfirst(str(getattr(Product, name.removesuffix("_id")).field.verbose_name))
