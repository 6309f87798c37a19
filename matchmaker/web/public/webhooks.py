"""A person's programs that are told what she is told: their addresses, secrets, log and replay."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.problems import Refused
from matchmaker.notifications import webhooks
from matchmaker.notifications.models import WebhookDelivery, WebhookEndpoint
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import signed_in


class EndpointForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("A public address that begins with https://"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Her programs, and one more; its secret is shown in this answer and never again (B82)."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = webhooks.create_endpoint(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                form.add_error(field if field in form.fields else None, sentences)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _page(request, endpoint, secret)
    context = {"form": form, "endpoints": _mine(request).order_by("name")}
    return render(request, "public/account/webhooks.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    return _page(request, get_object_or_404(_mine(request), uid=uid))


@signed_in
@require_POST
def act(request: HttpRequest, uid, verb: str) -> HttpResponse:
    """Test, new secret, enable or remove."""
    endpoint = get_object_or_404(_mine(request), uid=uid)
    if verb == "rotate":
        return _page(request, endpoint, webhooks.rotate_secret(by=request.user, endpoint=endpoint))
    if verb == "remove":
        webhooks.remove_endpoint(by=request.user, endpoint=endpoint)
        messages.success(request, _("The program is not told any more; its log is gone."))
        return redirect("account_webhooks")
    if verb == "test":
        webhooks.send_test(by=request.user, endpoint=endpoint)
    elif verb == "enable":
        webhooks.enable_endpoint(by=request.user, endpoint=endpoint)
    ring()
    return redirect("account_webhook", uid)


@signed_in
@require_POST
def replay(request: HttpRequest, uid, key) -> HttpResponse:
    """Send one event again under its own id."""
    delivery = get_object_or_404(WebhookDelivery, pk=key, endpoint__in=_mine(request), endpoint__uid=uid)
    webhooks.replay(by=request.user, delivery=delivery)
    ring()
    messages.success(request, _("It goes out again under the same id."))
    return redirect("account_webhook", uid)


def _mine(request: HttpRequest):
    return WebhookEndpoint.objects.filter(user=request.user)


def _page(request: HttpRequest, endpoint: WebhookEndpoint, new: str | None = None) -> HttpResponse:
    log = endpoint.deliveries.order_by("-created_at").prefetch_related("tries")
    context = {
        "endpoint": endpoint,
        "secret": new,
        "page": Paginator(log, 20).get_page(request.GET.get("page")),
    }
    response = render(request, "public/account/webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response
