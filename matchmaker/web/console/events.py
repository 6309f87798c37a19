"""Events of the campaign: list, write, publish, cancel, copy."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from matchmaker.core import reference
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event
from matchmaker.web.access import organiser, team


class EventForm(forms.ModelForm):
    guest_country = forms.ChoiceField(label=gettext_lazy("Guest country"), required=False)

    class Meta:
        model = Event
        fields = services.EDITABLE
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "pause_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "pause_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "registration_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "about_en": forms.Textarea(attrs={"rows": 4}),
            "about_zh": forms.Textarea(attrs={"rows": 4, "lang": "zh"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["guest_country"].choices = [("", "—"), *reference.choices(reference.countries())]

    def _post_clean(self):
        """Rules are checked by the verb, which knows them all; the form only reads what was typed."""

    def sections(self):
        """Fields in the order of a conversation: what, where, when, how many."""
        named = [
            (_("What it is"), "name_en name_zh theme_en theme_zh about_en about_zh guest_country"),
            (_("Where"), "mode city_en city_zh venue_en venue_zh time_zone"),
            (_("When"), "starts_on ends_on opens_at closes_at pause_from pause_until slot_minutes break_minutes"),
            (_("How many, and who"), "tables capacity sides_open registration_until requests_a_company"),
        ]
        return [(title, [self[name] for name in names.split()]) for title, names in named]


def of_campaign(request):
    return Event.objects.filter(campaign=request.campaign)


def event_of(request, slug) -> Event:
    return get_object_or_404(of_campaign(request).select_related("campaign"), slug=slug)


@team
def events(request):
    return render(request, "console/events.html", {"events": of_campaign(request).order_by("-starts_on", "pk")})


@organiser
def new(request):
    return _write(request, None)


@organiser
def edit(request, slug):
    return _write(request, get_object_or_404(of_campaign(request), slug=slug))


def _write(request, event):
    form = EventForm(request.POST or None, instance=event)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_event(by=request.user, campaign=request.campaign, event=event, **form.cleaned_data)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                for sentence in sentences:
                    form.add_error(field if field in form.fields else None, sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("console_event", saved.slug)
    fresh = get_object_or_404(of_campaign(request), pk=event.pk) if event else None
    return render(request, "console/event.html", {"form": form, "event": fresh, "tab": "settings"})


def _turned(request, slug, verb, sentence):
    event = get_object_or_404(of_campaign(request), slug=slug)
    try:
        event = verb(by=request.user, event=event)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, sentence)
    return redirect("console_event", event.slug)


@organiser
@require_POST
def publish(request, slug):
    return _turned(request, slug, services.publish_event, _("The event is in the calendar now."))


@organiser
@require_POST
def cancel(request, slug):
    return _turned(request, slug, services.cancel_event, _("The event is marked as cancelled."))


@organiser
@require_POST
def copy(request, slug):
    return _turned(request, slug, services.copy_event, _("This is the copy: change the dates, then publish it."))
