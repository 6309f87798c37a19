"""A company's papers, for its administrators."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.companies.documents import add_document, remove_document
from matchmaker.companies.models import Document
from matchmaker.core.downloads import SEALED, attachment
from matchmaker.core.problems import Refused
from matchmaker.core.uploads import MOST_BYTES
from matchmaker.web.access.decorators import company_admin
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.refusals import add_to_form


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of document"), choices=Document.Kind.choices)
    paper = forms.FileField(
        label=gettext_lazy("The paper"),
        help_text=gettext_lazy("A PDF, or a photograph as JPEG, PNG or WebP; up to 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,image/jpeg,image/png,image/webp"}),
    )


@limit_upload(MOST_BYTES)
@company_admin
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid) -> HttpResponse:
    """What was sent and what became of it, and a form to send another."""
    form = DocumentForm(request.POST or None, request.FILES or None)
    if getattr(request, "too_large", False):
        form = DocumentForm()
        messages.error(request, _("A document may have up to 10 MB."))
    elif request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            add_document(by=request.user, company=request.company, kind=values["kind"], file=values["paper"])
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem, {"files": "paper"})
        else:
            messages.success(request, _("Sent. Only the campaign's team can read it; you see here what they say."))
            return redirect("company_documents", uid)
    status = 413 if getattr(request, "too_large", False) else 422 if form.errors else 200
    rows = request.company.documents.prefetch_related("checks")
    context = {"company": request.company, "form": form, "documents": rows}
    return render(request, "public/members/documents.html", context, status=status)


@company_admin
@require_safe
@csp_override(SEALED)
def read(request: HttpRequest, uid, key) -> FileResponse:
    return attachment(get_object_or_404(Document.objects.visible_to(request.user), uid=key, company=request.company))


@company_admin
@require_POST
def remove(request: HttpRequest, uid, key) -> HttpResponse:
    row = get_object_or_404(Document.objects.visible_to(request.user), uid=key, company=request.company)
    remove_document(by=request.user, document=row)
    messages.success(request, _("Removed. What the team wrote down when they saw it stays."))
    return redirect("company_documents", uid)
