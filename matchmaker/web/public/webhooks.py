"""Programs that are told what a person or a company is told: their addresses, secrets, log and replay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies import programs
from matchmaker.core.problems import Refused
from matchmaker.notifications import webhooks
from matchmaker.notifications.models import WebhookDelivery, WebhookEndpoint
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import company_admin, signed_in
from matchmaker.web.forms.double_submit import is_done


class EndpointForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("A public address that begins with https://"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )


class ProgramForm(EndpointForm):
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Notified of"),
        choices=[
            ("match", gettext_lazy("Matches")),
            ("enquiry", gettext_lazy("Enquiries")),
            ("meetings", gettext_lazy("Meetings")),
        ],
        initial=programs.SUBJECTS,
        widget=forms.CheckboxSelectMultiple,
    )


@dataclass(frozen=True)
class Owner:
    """Whose programs a page is about: their rows, their addresses, and the verbs that change them."""

    rows: QuerySet[WebhookEndpoint]
    names: str  # what the names of the routes begin with
    arguments: tuple
    form: type[EndpointForm]
    create: Callable[..., tuple[WebhookEndpoint, str]]
    rotate: Callable[..., str]
    enable: Callable[..., None]
    remove: Callable[..., None]
    company: Any = None

    def at(self, name: str, *arguments: object) -> str:
        return reverse(f"{self.names}_{name}", args=[*self.arguments, *arguments])


def _person(request: HttpRequest) -> Owner:
    rows, by = WebhookEndpoint.objects.filter(user=request.user), request.user
    return Owner(
        rows=rows,
        names="account",
        arguments=(),
        form=EndpointForm,
        create=lambda **values: webhooks.create_endpoint(by=by, **values),
        rotate=lambda endpoint: webhooks.rotate_secret(endpoint=endpoint),
        enable=lambda endpoint: webhooks.enable_endpoint(endpoint=endpoint),
        remove=lambda endpoint: webhooks.remove_endpoint(endpoint=endpoint),
    )


def _company(request: HttpRequest) -> Owner:
    by, company = request.user, request.company
    return Owner(
        rows=programs.endpoints_of(company),
        names="company",
        arguments=(company.uid,),
        form=ProgramForm,
        create=lambda **values: programs.add_program(by=by, company=company, **values),
        rotate=lambda endpoint: programs.renew_secret(by=by, company=company, endpoint=endpoint),
        enable=lambda endpoint: programs.enable_program(by=by, company=company, endpoint=endpoint),
        remove=lambda endpoint: programs.remove_program(by=by, company=company, endpoint=endpoint),
        company=company,
    )


@signed_in
@reauthentication_required(allow_get=True)
def index(request: HttpRequest) -> HttpResponse:
    return _index(request, _person(request))


@company_admin
@reauthentication_required(allow_get=True)
def company_index(request: HttpRequest, uid) -> HttpResponse:
    return _index(request, _company(request))


@signed_in
@require_safe
def show(request: HttpRequest, key) -> HttpResponse:
    return _show(request, _person(request), key)


@company_admin
@require_safe
def company_show(request: HttpRequest, uid, key) -> HttpResponse:
    return _show(request, _company(request), key)


@signed_in
@require_POST
def act(request: HttpRequest, key, verb: str) -> HttpResponse:
    return _act(request, _person(request), key, verb)


@company_admin
@require_POST
def company_act(request: HttpRequest, uid, key, verb: str) -> HttpResponse:
    return _act(request, _company(request), key, verb)


@signed_in
@require_POST
def replay(request: HttpRequest, key, event) -> HttpResponse:
    return _replay(request, _person(request), key, event)


@company_admin
@require_POST
def company_replay(request: HttpRequest, uid, key, event) -> HttpResponse:
    return _replay(request, _company(request), key, event)


def _index(request: HttpRequest, owner: Owner) -> HttpResponse:
    """The programs, and one more; its secret is shown in this answer and never again (B82)."""
    form = owner.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = owner.create(**form.cleaned_data)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                form.add_error(field if field in form.fields else None, sentences)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _page(request, owner, endpoint, secret)
    listed = [(endpoint, owner.at("webhook", endpoint.uid)) for endpoint in owner.rows.order_by("name")]
    context = {"form": form, "listed": listed, "company": owner.company}
    return render(request, "public/account/webhooks.html", context, status=422 if form.errors else 200)


def _show(request: HttpRequest, owner: Owner, key) -> HttpResponse:
    return _page(request, owner, get_object_or_404(owner.rows, uid=key))


def _act(request: HttpRequest, owner: Owner, key, verb: str) -> HttpResponse:
    """Test, new secret, switch on again or remove."""
    endpoint = get_object_or_404(owner.rows, uid=key)
    if verb == "rotate":
        return _page(request, owner, endpoint, owner.rotate(endpoint))
    if verb == "remove":
        owner.remove(endpoint)
        messages.success(request, _("The program is not told any more; its log is gone."))
        return redirect(owner.at("webhooks"))
    if verb == "test":
        webhooks.send_test(endpoint=endpoint)
    elif verb == "enable":
        owner.enable(endpoint)
    else:
        raise Http404
    start_delivery()
    return redirect(owner.at("webhook", key))


def _replay(request: HttpRequest, owner: Owner, key, event) -> HttpResponse:
    """Send one event again under its own id."""
    delivery = get_object_or_404(WebhookDelivery, pk=event, endpoint__in=owner.rows, endpoint__uid=key)
    webhooks.replay(delivery=delivery)
    start_delivery()
    messages.success(request, _("It goes out again under the same id."))
    return redirect(owner.at("webhook", key))


def _page(request: HttpRequest, owner: Owner, endpoint: WebhookEndpoint, new: str | None = None) -> HttpResponse:
    if new:
        is_done(request, see=owner.at("webhook", endpoint.uid))
    log = endpoint.deliveries.order_by("-created_at").prefetch_related("tries")
    page = Paginator(log, 20).get_page(request.GET.get("page"))
    for delivery in page:
        delivery.again = owner.at("webhook_replay", endpoint.uid, delivery.pk)
    context = {
        "endpoint": endpoint,
        "company": owner.company,
        "secret": new,
        "page": page,
        "back_url": owner.at("webhooks"),
        "acts": {verb: owner.at("webhook_act", endpoint.uid, verb) for verb in ("test", "rotate", "enable", "remove")},
    }
    response = render(request, "public/account/webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response
