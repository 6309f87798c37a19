"""What happened with a product, for the people of its company."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product
from matchmaker.core.lists import labelled, side_by_side
from matchmaker.web.access.decorators import supplier
from matchmaker.web.supplier.products import own_product

SHOWN = 100
ICONS = {
    "publish_product": ("met", "send"),
    "pause_product": ("missing", "player-pause"),
    "withdraw_product": ("", "archive"),
    "add_product_image": ("", "photo"),
    "change_product_image": ("", "photo"),
    "remove_product_image": ("", "photo"),
    "describe_certificate": ("", "certificate"),
    "add_product_file": ("", "file-text"),
}


@supplier
def show(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    entries = AuditEntry.objects.filter(object_kind="Product", object_uid=str(product.uid)).select_related("actor")
    return render(
        request,
        "supplier/history.html",
        {"product": product, "entries": [_line(entry) for entry in entries.order_by("-id")[:SHOWN]]},
    )


def _line(entry: AuditEntry) -> dict:
    said = {
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
        "answer_question": _("A question about entering China was answered"),
        "withdraw_answer": _("An answer about entering China was taken back"),
    }
    tone, icon = ICONS.get(entry.verb, ("", "pencil"))
    after = entry.facts.get("after", {})
    return {
        "what": said.get(entry.verb, _("Something was changed")),
        "when": entry.at,
        "who": str(entry.actor or ""),
        "tone": tone,
        "icon": icon,
        "more": side_by_side(
            labelled(_label(name), f"{entry.facts['before'].get(name) or '–'} → {value or '–'}")
            for name, value in after.items()
            if not entry.facts.get("new")
        ),
    }


def _label(name: str) -> str:
    return capfirst(str(getattr(Product, name.removesuffix("_id")).field.verbose_name))
