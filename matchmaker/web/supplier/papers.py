"""What a product has on paper: the number, end and proof of a certificate, and files for anyone who may see it."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.catalogue.models import ProductCertificate
from matchmaker.catalogue.services import (
    add_product_file,
    add_product_video,
    describe_certificate,
    remove_product_file,
    remove_product_video,
)
from matchmaker.companies.members import is_admin
from matchmaker.core.lists import join_label, join_sentences
from matchmaker.core.uploads import MOST_BYTES, MOST_VIDEO_BYTES
from matchmaker.market_access import sentences
from matchmaker.market_access.models import EntryRule, Registration
from matchmaker.market_access.number_formats import example_of, is_in_form
from matchmaker.market_access.registrations import CLOSES_MONTHS, OPENS_MONTHS, months_before
from matchmaker.market_access.services import record_registration, remove_registration, show_step
from matchmaker.matching.tasks import start_matching
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms import fields
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.supplier.forms import PAPERS, ProductFileForm, VideoForm
from matchmaker.web.supplier.market import back_to_market
from matchmaker.web.supplier.products import own_product, page_of


class CertificateForm(forms.Form):
    number = fields.LineField(label=gettext_lazy("Number"), max_length=80, required=False)
    issuer = fields.LineField(
        label=gettext_lazy("Issued by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The certification body or authority, as it stands on the paper."),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("After this day it no longer counts, for matching and for entering China."),
    )
    figure = fields.LineField(
        label=gettext_lazy("Figure stated on the paper"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("As it stands on the paper, such as 2.4 kg CO2e for one kilogram."),
    )
    paper = forms.FileField(
        label=gettext_lazy("The paper"),
        required=False,
        help_text=gettext_lazy("A PDF, or a photograph as JPEG, PNG or WebP; up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": PAPERS}),
    )


@limit_upload(MOST_BYTES)
@supplier
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, uid, code: str) -> HttpResponse:
    product = own_product(request, uid)
    row = get_object_or_404(ProductCertificate.objects.select_related("document"), product=product, code=code)
    initial = {"number": row.number, "issuer": row.issuer, "valid_until": row.valid_until, "figure": row.figure}
    form = CertificateForm(request.POST or None, request.FILES or None, initial=initial)
    if row.trait != "footprint":
        del form.fields["figure"]
    too_large = getattr(request, "too_large", False)
    if too_large:
        form = CertificateForm(initial=initial)
        messages.error(request, _("A document may have up to 10 MB."))
    elif request.method == "POST" and form.is_valid():
        with refusals_in_form(form, {"files": "paper"}):
            describe_certificate(by=request.user, product=product, code=code, **form.cleaned_data)
            transaction.on_commit(start_matching)
            messages.success(request, _("Written down. The team compares it with the paper you send."))
            return redirect(f"{reverse('supplier_product_edit', args=[uid])}#papers")
    status = 413 if too_large else 422 if form.errors else 200
    context = {"product": product, "row": row, "form": form, "is_admin": is_admin(request.user, product.company)}
    return render(request, "supplier/certificate.html", context, status=status)


@limit_upload(MOST_BYTES)
@supplier
@require_POST
def add_file(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    if getattr(request, "too_large", False):
        form = ProductFileForm()
        messages.error(request, _("A document may have up to 10 MB."))
        return page_of(request, product, file_form=form, status=413)
    form = ProductFileForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_in_form(form, {"files": "file"}):
            add_product_file(by=request.user, product=product, **form.cleaned_data)
            messages.success(request, _("The file is saved. Everybody who may see the product can download it."))
            return _back(product)
    return page_of(request, product, file_form=form)


@supplier
@require_POST
def remove_file(request: HttpRequest, uid, key) -> HttpResponse:
    product = own_product(request, uid)
    with refusals_in_messages(request):
        remove_product_file(by=request.user, file=get_object_or_404(product.files, uid=key))
        messages.success(request, _("The file is removed."))
    return _back(product)


@limit_upload(MOST_VIDEO_BYTES)
@supplier
@require_POST
def add_video(request: HttpRequest, uid) -> HttpResponse:
    product = own_product(request, uid)
    if getattr(request, "too_large", False):
        messages.error(request, _("A video may have up to 25 MB."))
        return page_of(request, product, video_form=VideoForm(), status=413)
    form = VideoForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_in_form(form, {"files": "file"}):
            add_product_video(by=request.user, product=product, **form.cleaned_data)
            messages.success(request, _("The video is added. Everybody who may see the product can watch it."))
            return _back(product, "videos")
    return page_of(request, product, video_form=form)


@supplier
@require_POST
def remove_video(request: HttpRequest, uid, key) -> HttpResponse:
    product = own_product(request, uid)
    remove_product_video(by=request.user, video=get_object_or_404(product.videos, uid=key))
    messages.success(request, _("The video is removed."))
    return _back(product, "videos")


def _back(product, part: str = "papers") -> HttpResponse:
    return redirect(f"{reverse('supplier_product_edit', args=[product.uid])}#{part}")


# Numbers a company holds with China's authorities: recorded beside the rule that asks for them, seen in one list.


class RegistrationForm(forms.Form):
    code = fields.LineField(max_length=40)
    number = fields.LineField(label=gettext_lazy("Number"), max_length=80)
    category = fields.LineField(
        label=gettext_lazy("Product category of the registration"), max_length=20, required=False
    )
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), required=False)
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False)


@supplier
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Registration.objects.of(request.company).select_related("product").order_by("valid_until", "code", "pk")
    names = {code: sentences.in_language(rule, "name") for rule in EntryRule.objects.all() for code in rule.accepts}
    context = {"rows": [_row(row, names, today) for row in rows], "company": request.company}
    return render(request, "supplier/registrations.html", context)


def _row(row: Registration, names: dict[str, str], today) -> dict:
    """`window` is when to apply for renewal: 12 to 3 months before the end."""
    ends = row.valid_until
    opens, closes = (months_before(ends, months) if ends else None for months in (OPENS_MONTHS, CLOSES_MONTHS))
    state = "holds"
    if ends and ends < today:
        state = "ended"
    elif closes and today >= closes:
        state = "late"
    elif opens and today >= opens:
        state = "renew"
    elif row.valid_from and row.valid_from > today:
        state = "coming"
    return {
        "row": row,
        "name": names.get(row.code, row.code),
        "in_form": is_in_form(row.code, row.number),
        "state": state,
        "opens": opens,
        "closes": closes,
    }


class StepForm(forms.Form):
    code = fields.LineField(max_length=40)
    number = fields.LineField(label=gettext_lazy("Number"), max_length=80, required=False)
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False)
    paper = forms.FileField(label=gettext_lazy("The paper"), required=False)


@limit_upload(MOST_BYTES)
@supplier
@require_POST
def add_step(request: HttpRequest, uid) -> HttpResponse:
    """Show a step of the readiness list by its document."""
    product = own_product(request, uid)
    form = StepForm(request.POST, request.FILES)
    if getattr(request, "too_large", False):
        messages.error(request, _("A document may have up to 10 MB."))
    elif form.is_valid():
        with refusals_in_messages(request):
            show_step(by=request.user, product=product, **form.cleaned_data)
            transaction.on_commit(start_matching)
            messages.success(request, _("Written down. It counts once the team has seen the document."))
    else:
        for sentence in (str(one) for errors in form.errors.values() for one in errors):
            messages.error(request, sentence)
    return back_to_market(request, product)


@supplier
@require_POST
def add_registration(request: HttpRequest, uid) -> HttpResponse:
    """Record a number from the product's page; where each product has its own, for this product alone."""
    product = own_product(request, uid)
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        for name, problems in form.errors.items():
            messages.error(
                request,
                join_label(form.fields[name].label or name, join_sentences(problems)),
            )
        return back_to_market(request, product)
    values = form.cleaned_data
    single = any(values["code"] in rule.accepts for rule in EntryRule.objects.filter(per_product=True))
    with refusals_in_messages(request):
        record_registration(by=request.user, company=product.company, product=product if single else None, **values)
        transaction.on_commit(start_matching)
        messages.success(request, _("Recorded. You are reminded when it has to be renewed."))
        if not is_in_form(values["code"], values["number"]):
            hint = _(
                "Such a number usually looks like %(example)s. Compare yours with the paper: in another form it stays "
                "“stated by the supplier”."
            )
            messages.warning(request, hint % {"example": example_of(values["code"])})
    return back_to_market(request, product)


@supplier
@require_POST
def forget_registration(request: HttpRequest, uid) -> HttpResponse:
    row = get_object_or_404(Registration.objects.of(request.company), uid=uid)
    remove_registration(by=request.user, registration=row)
    transaction.on_commit(start_matching)
    messages.success(request, _("Taken off the list; the record keeps it."))
    return redirect("supplier_registrations")
