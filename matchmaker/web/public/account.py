"""A person's own pages: how she is addressed, the keys of her programs, her data."""

import json

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.views import connections
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.accounts import services
from matchmaker.accounts.models import ApiToken
from matchmaker.campaigns.services import team
from matchmaker.companies import privacy
from matchmaker.core import clocks, downloads
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_one_line, validate_person_name
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.double_submit import is_done
from matchmaker.web.forms.fields import LanguageSelect
from matchmaker.web.forms.refusals import add_to_form, add_to_messages
from matchmaker.web.page_language import remember

SCOPE_NAMES = {
    "read": gettext_lazy("Read what you can read"),
    "companies:write": gettext_lazy("Change your companies"),
    "products:write": gettext_lazy("Write and publish products"),
    "demands:write": gettext_lazy("Write and publish demands"),
    "matches:write": gettext_lazy("Answer matches"),
    "enquiries:write": gettext_lazy("Write enquiries and quotes"),
    "meetings:write": gettext_lazy("Register for events and answer for meetings"),
    "events:write": gettext_lazy("Write the events of your campaign"),
    "announcements:write": gettext_lazy("Write announcements of your campaign and send them"),
    "notices:write": gettext_lazy("Mark notices as read"),
    "papers:write": gettext_lazy("Read and judge papers of companies for your campaign"),
}


class PersonForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        widget=LanguageSelect,
        help_text=gettext_lazy("Of the pages and of everything we send you."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=clocks.zone_choices,
        help_text=gettext_lazy("Meetings show this clock beside the event's own."),
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        validators=[validate_one_line],
        help_text=gettext_lazy("Which program uses it, so that you know later which key to revoke."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(scope, SCOPE_NAMES[scope]) for scope in services.SCOPES],
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        choices=[
            (7, gettext_lazy("one week")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("one year")),
        ],
        initial=90,
        coerce=int,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """How one is addressed, in which language, on which clock."""
    person = request.user
    initial = {"name": person.name, "language": person.language, "time_zone": person.zone.key}
    form = PersonForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["time_zone"].choices = clocks.zone_choices(present=person.time_zone)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_person(by=person, **form.cleaned_data)
        except ValidationError as problem:
            add_to_form(form, problem)
        else:
            with override(person.language):
                messages.success(request, _("Saved."))
            response = redirect("account")
            remember(response, person.language)
            return response
    return render(request, "public/account/person.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@reauthentication_required(allow_get=True)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The keys of one's programs. A new one is shown in the answer to its form, and nowhere again."""
    form, key = TokenForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, key = services.create_token(by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            add_to_form(form, problem)
        else:
            is_done(request, see=request.path)
    living = list(request.user.api_tokens.filter(revoked_at__isnull=True).order_by("-id"))
    for token in living:
        token.may = [SCOPE_NAMES.get(scope, scope) for scope in token.scopes]
    context = {
        "form": TokenForm() if key else form,
        "key": key,
        "tokens": living,
        "now": timezone.now(),
    }
    return render(request, "public/account/tokens.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke_token(request: HttpRequest, uid) -> HttpResponse:
    token = get_object_or_404(ApiToken, uid=uid, user=request.user)
    services.revoke_token(by=request.user, token=token)
    messages.success(request, _("The key “%(name)s” is revoked; it opens nothing any more.") % {"name": token.name})
    return redirect("account_tokens")


@signed_in
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What can be done with one's data, and what an erasure would leave."""
    must, alone = privacy.companies_left_by(request.user)
    context = {
        "must": must,
        "teams": team.campaigns_without_admin(request.user),
        "alone": alone,
        "stays": privacy.what_stays(request.user),
    }
    context["consents"] = request.user.consents.all()
    return render(request, "public/account/data.html", context)


@signed_in
@require_safe
@reauthentication_required
def copy_ready(request: HttpRequest) -> HttpResponse:
    """Offers the file, after the question whether it is still the same person was asked on a page."""
    return render(request, "public/account/copy.html")


@signed_in
@require_safe
@reauthentication_required
def download(request: HttpRequest) -> HttpResponse:
    copy = json.dumps(privacy.export_person(by=request.user), ensure_ascii=False, indent=1)
    return downloads.download(copy, name="my-data.json", content_type="application/json")


@signed_in
@require_POST
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick the box: an erasure cannot be taken back."))
        return redirect("account_data")
    try:
        stays = privacy.erase_person(by=request.user)
    except Refused as problem:
        add_to_messages(request, problem)
        return redirect("account_data")
    logout(request)
    return render(request, "public/account/erased.html", {"stays": stays})


@signed_in
def sign_ins(request):
    """The library's page of connected accounts, where there is anything to connect or to let go."""
    if not get_adapter().list_providers(request) and not SocialAccount.objects.filter(user=request.user).exists():
        raise Http404
    return connections(request)
