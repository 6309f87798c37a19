"""The people who run the campaign: places for new ones, roles, leaving."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.models import Organiser, TeamSeat
from matchmaker.campaigns.services import team as services
from matchmaker.campaigns.tasks import start_letters
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access import decorators
from matchmaker.web.access.decorators import campaign_admin, organiser, team
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.audit_log import page_of


class PlaceForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        max_length=254,
        help_text=gettext_lazy("The person who confirms this address takes the place. An email is sent there."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Organiser.Role.choices, initial=Organiser.Role.ORGANISER
    )


@team
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _page(request, PlaceForm())


def _page(request: HttpRequest, form: PlaceForm) -> HttpResponse:
    invited = TeamSeat.objects.standing().filter(campaign=request.campaign, taken_at__isnull=True)
    may_change = decorators.may_change(request, [Organiser.Role.ADMIN])
    context = {
        "form": form,
        "people": request.campaign.organisers.select_related("user").order_by("role", "pk"),
        "roles": Organiser.Role.choices,
        "kept": invited if may_change else [],
        "may_change": may_change,
        "may_read": request.role != Organiser.Role.STAFF,
    }
    return render(request, "console/team.html", context, status=422 if form.errors else 200)


@campaign_admin
@require_POST
def give_place(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            services.give_place(by=request.user, campaign=request.campaign, **form.cleaned_data)
            transaction.on_commit(start_letters)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Invited: %(email)s.") % {"email": form.cleaned_data["email"]})
            return redirect("console_team")
    return _page(request, form)


def _do(request: HttpRequest, verb, sentence: str, **what) -> HttpResponse:
    with refusals_in_messages(request):
        verb(by=request.user, **what)
        messages.success(request, sentence)
    return redirect("console_team")


@campaign_admin
@require_POST
def withdraw_place(request: HttpRequest, key) -> HttpResponse:
    seat = get_object_or_404(TeamSeat.objects.select_related("campaign"), pk=key, campaign=request.campaign)
    sentence = _("The place for %(email)s is withdrawn.") % {"email": seat.email}
    return _do(request, services.withdraw_place, sentence, seat=seat)


def _one(request: HttpRequest, person) -> Organiser:
    return get_object_or_404(request.campaign.organisers.select_related("user", "campaign"), user__uid=person)


@campaign_admin
@require_POST
def role(request: HttpRequest, person) -> HttpResponse:
    one = _one(request, person)
    chosen = request.POST.get("role", "")
    return _do(
        request,
        services.change_role,
        _("The role of %(person)s is changed.") % {"person": one.user},
        one=one,
        role=chosen,
    )


@campaign_admin
@require_POST
def remove(request: HttpRequest, person) -> HttpResponse:
    one = _one(request, person)
    return _do(request, services.remove, _("%(person)s no longer belongs to the team.") % {"person": one.user}, one=one)


@team
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    one = request.campaign.organisers.select_related("user", "campaign").get(user=request.user)
    with refusals_in_messages(request):
        services.remove(by=request.user, one=one)
        messages.success(request, _("You left the team."))
        return redirect("desk")
    return redirect("console_team")


@organiser
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    return render(request, "console/record.html", page_of(request, request.campaign))
