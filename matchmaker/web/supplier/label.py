"""The Chinese label of a product: a draft from its data, with the rule beside each line, version after version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from matchmaker.catalogue.models import Product
from matchmaker.market_access import labels, sentences
from matchmaker.market_access.services import label_texts, save_label
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.rendering.label_pages import history_of, is_intact, lines_of, public_address
from matchmaker.web.rendering.qr import qr
from matchmaker.web.supplier.products import own_product


class LabelForm(forms.Form):
    """The items of the label in Chinese, and whether the code on the package shows them."""

    is_public = forms.BooleanField(label=gettext_lazy("Show this version on the public label page"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in labels.TYPED:
            given = {"label": sentences.label_field(code), "max_length": labels.LONGEST, "required": False}
            self.fields[code] = (
                fields.TextField(**given, widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans", "dir": "ltr"}))
                if code == "ingredients"
                else fields.LineField(**given, widget=forms.TextInput(attrs={"lang": "zh-Hans", "dir": "ltr"}))
            )

    def texts(self) -> dict[str, str]:
        return {code: self.cleaned_data[code] for code in labels.TYPED}


@supplier
@require_http_methods(["GET", "HEAD", "POST"])
def label(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    latest = product.labels.last()
    initial = {**label_texts(product), "is_public": bool(latest and latest.is_public)}
    form = LabelForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            save_label(by=request.user, product=product, texts=form.texts(), is_public=form.cleaned_data["is_public"])
            messages.success(request, _("Written down as a new version. Earlier versions stay as they were."))
            return redirect("supplier_product_label", product.uid)
    context = {"product": product, "form": form, **_context(product, form)}
    return render(request, "supplier/label.html", context, status=422 if form.errors else 200)


def _context(product: Product, form: LabelForm) -> dict[str, Any]:
    versions = list(product.labels.all())
    lines = lines_of(dict(versions[-1].texts) if versions else label_texts(product))
    return {
        "lines": [(line, form[line.code]) for line in lines],
        "missing": [line.name for line in lines if line.is_missing],
        "versions": history_of(versions),
        "is_intact": is_intact(versions),
        "address": public_address(product),
        "qr": qr(public_address(product)),
        "is_public": bool(versions and versions[-1].is_public),
    }
