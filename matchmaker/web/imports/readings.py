"""A photograph or a pasted text is sent, waits to be read, and leads to the form that it fills in."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from matchmaker.core.uploads import MOST_BYTES
from matchmaker.imports.models import Reading
from matchmaker.imports.services import start_reading
from matchmaker.imports.services.readings import NO_TEXT
from matchmaker.imports.tasks import start_readings
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.readings import JOINS_AS, StartForm, start_context
from matchmaker.web.forms.refusals import refusals_in_form


@limit_upload(MOST_BYTES)
@signed_in
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """The two boxes on a page of their own: what was refused is shown here, and the text stays."""
    if kind not in Reading.Kind.values:
        raise Http404
    form = StartForm(request.POST or None, request.FILES or None, auto_id="start-%s")
    status = 200
    if request.method == "POST":
        status = 422
        if request.too_large:
            form.add_error(None, _("“%(name)s” is larger than 10 MB.") % {"name": _("Photograph")})
            status = 413
        elif form.is_valid() and (reading := _start(request, form, kind)):
            return redirect("reading", reading.uid)
    context = {**start_context(kind, form), "form_url": _form_url(request, kind)}
    return render(request, "imports/start_reading.html", context, status=status)


def _start(request: HttpRequest, form: StartForm, kind: str) -> Reading | None:
    with refusals_in_form(form):
        reading = start_reading(by=request.user, kind=kind, **form.cleaned_data)
        transaction.on_commit(start_readings)
        return reading
    return None


@signed_in
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    """Waits for the worker; then the form follows by itself."""
    reading = get_object_or_404(Reading.objects.visible_to(request.user), uid=uid)
    target = f"{_form_url(request, reading.kind)}?reading={reading.uid}"
    if reading.state == Reading.State.DONE:
        return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
    context = {
        "reading": reading,
        "form_url": _form_url(request, reading.kind),
        "start_url": reverse("reading_start", args=[reading.kind]),
        "sentence": _why_not(reading.problem),
    }
    return render(request, "imports/reading.html" + ("#state" if request.htmx else ""), context)


def _form_url(request: HttpRequest, kind: str) -> str:
    if kind == Reading.Kind.PRODUCT:
        return reverse("supplier_product_new")
    return reverse("join_step", args=[request.session.get(JOINS_AS, "supplier"), 1])


def _why_not(problem: str) -> str:
    if problem == NO_TEXT:
        return _("No text was found on this picture. Letters of Latin script and Chinese are read.")
    if problem:
        return _("This picture could not be read. Take it again in good light, straight from above.")
    return ""
