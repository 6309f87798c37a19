"""Events of the campaign: list, write, publish, cancel, copy."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.core import clocks, reference
from matchmaker.core.formats import capfirst
from matchmaker.events import services
from matchmaker.events.models import Event
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.steps import render_step
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.forms.text_lines import read_parts, write_parts
from matchmaker.web.templatetags.ui import day as date_of

CLOCKS = ("opens_at", "closes_at", "pause_from", "pause_until")


def _clock(name: str) -> forms.TimeField:
    """Labelled as the same hours of the event are."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=capfirst(getattr(Event, name).field.verbose_name), required=False, widget=widget)


class DayForm(forms.Form):
    """The hours of one day of an event, where they differ from those of the event."""

    held = forms.ChoiceField(
        label=gettext_lazy("Meetings"),
        choices=[
            ("usual", gettext_lazy("in the hours above")),
            ("own", gettext_lazy("in hours of its own")),
            ("none", gettext_lazy("no meetings on this day")),
        ],
    )
    opens_at = _clock("opens_at")
    closes_at = _clock("closes_at")
    pause_from = _clock("pause_from")
    pause_until = _clock("pause_until")

    def __init__(self, data, *, event: Event, day: int, title: str):
        """`day` counts from 1; the hours of the event stand in the boxes of a day that has none of its own."""
        self.day, self.title = day, title
        own = next((row for row in event.day_hours if row["day"] == day), None)
        held = "usual" if own is None else "own" if own["opens_at"] else "none"
        clocks = {name: own[name] if own and held == "own" else getattr(event, name) for name in CLOCKS}
        super().__init__(data, prefix=f"day-{day}", initial={**clocks, "held": held})

    def clean(self) -> dict:
        values = super().clean() or {}
        if values.get("held") == "own" and not self.errors:
            services.check_hours(values)
        return values

    def clocks(self):
        return [self[name] for name in CLOCKS]

    def rows(self) -> list[dict]:
        """This day's part of `Event.day_hours`."""
        held = self.cleaned_data["held"]
        clocks = {name: self.cleaned_data[name] if held == "own" else None for name in CLOCKS}
        return [] if held == "usual" else [{"day": self.day, **clocks}]


def day_forms(data, event: Event | None, copy_of: Event | None) -> list[DayForm]:
    """A form for each day of an event of several days. The days of a copy have numbers: its dates are still to come."""
    shown = event or copy_of
    if shown is None or (len(shown.days) == 1 and not shown.day_hours):
        return []
    titles = [date_of(day, "full") for day in shown.days] if event else []
    numbers = range(1, len(shown.days) + 1)
    titles = titles or [_("Day %(number)d") % {"number": number} for number in numbers]
    return [DayForm(data, event=shown, day=n, title=title) for n, title in zip(numbers, titles, strict=True)]


class EventForm(forms.ModelForm):
    guest_country = forms.ChoiceField(label=gettext_lazy("Guest country"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("All times of the event are read on this clock. Zones are grouped by country."),
    )
    halls = forms.CharField(
        label=gettext_lazy("Halls"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "One a line: name in English, name in Chinese, number of tables. Tables are numbered through. "
            "Leave it empty for one room."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    says_zone = ""  # which zone was taken by the city

    class Meta:
        model = Event
        fields = [name for name in services.EDITABLE if name != "day_hours"]
        labels = {"name": gettext_lazy("Name")}  # the model's word is that for the name of a person, too
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "pause_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "pause_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "registration_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "registration_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, instance: Event | None = None, copy_of: Event | None = None, **kwargs):
        """`copy_of` fills a new event with another one's settings and halls; its dates are asked for."""
        with_halls = instance or copy_of
        rows = with_halls.halls.all() if with_halls else []
        written = "\n".join(", ".join([*write_parts(row.name), str(row.tables)]) for row in rows)
        initial = services.values_for_copy(copy_of) if copy_of else {}
        self.is_new = instance is None and copy_of is None
        event = instance or Event()  # a new event begins with the defaults of the model
        super().__init__(*args, instance=event, initial={**initial, "halls": written}, **kwargs)
        self.fields["time_zone"].choices = clocks.zone_choices(present=initial.get("time_zone", event.time_zone))
        self._word_places()
        self.fields["kind"].required = False
        self.fields["room_url"].help_text = _(
            "For online events: https://meet.example.org/{room}. Each meeting has a room nobody can guess."
        )
        self.fields["remind_hours"].help_text = _("0 for no reminders.")
        self.fields["requests_in_all"].help_text = _("Leave it empty for no limit.")
        self.fields["guest_country"].choices = [("", "—"), *reference.choices(reference.countries())]

    def _word_places(self):
        """City is no plain optional field: an event on site needs it in one language."""
        self.fields["city"].help_text = _("Needed for an event on site: the city in one language at least.")
        self.fields["city"].needed_on_site = True

    def _post_clean(self):
        """Rules are checked by the verb, which knows them all; the form only reads what was typed."""

    def clean(self) -> dict:
        """A new event stands on the clock of its city where the zone was left as it was."""
        values = super().clean() or {}
        zone = clocks.zone_of_city(values.get("city") or {}) if self.is_new else ""
        if zone and "time_zone" not in self.changed_data:
            values["time_zone"] = zone
            sentence = _("Saved. Its times are read on the clock of its city: %(zone)s.")
            self.says_zone = sentence % {"zone": clocks.zone_name(zone)}
        return values

    def clean_kind(self) -> str:
        """What was there before, where a form does not say it."""
        return self.cleaned_data["kind"] or self.instance.kind

    def clean_halls(self) -> list[dict]:
        """Lines as {name, tables}."""
        found = []
        for line in filter(str.strip, self.cleaned_data["halls"].splitlines()):
            parts = [part.strip() for part in line.replace("，", ",").split(",")]
            if len(parts) < 2 or not parts[-1].isdecimal() or not 0 < int(parts[-1]) <= 2000:
                raise ValidationError(
                    _("Write “Hall B, 二号馆, 40”, one hall a line: “%(line)s” is not.") % {"line": line}
                )
            found.append({"name": read_parts(parts[:-1]), "tables": int(parts[-1])})
        return found

    def sections(self):
        """Fields in the order of a conversation: what, where, when, how many."""
        named = [
            (_("What it is"), "name kind theme about guest_country"),
            (_("Where"), "mode time_zone city venue halls room_url"),
            (_("When"), "starts_on ends_on opens_at closes_at pause_from pause_until slot_minutes break_minutes"),
            (_("How many, and who"), "tables capacity sides_open registration_from registration_until remind_hours"),
            (
                _("Who may ask whom for meetings"),
                "asks_from requests_a_company requests_in_all asks_matched_only asks_again",
            ),
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
    return _write(request)


@organiser
def edit(request, slug):
    return _write(request, event=get_object_or_404(of_campaign(request), slug=slug))


@organiser
def copy(request, slug):
    """The form of a new event with the settings of this one. Nothing is saved before the organiser gives the dates."""
    return _write(request, copy_of=get_object_or_404(of_campaign(request), slug=slug))


def _write(request, *, event: Event | None = None, copy_of: Event | None = None):
    form = EventForm(request.POST or None, instance=event, copy_of=copy_of)
    days = day_forms(request.POST or None, event, copy_of)
    if request.method == "POST" and all([form.is_valid(), *(day.is_valid() for day in days)]):
        with refusals_in_form(form):
            saved = _save(request, event, form, [row for day in days for row in day.rows()])
            transaction.on_commit(start_delivery)
            messages.success(request, form.says_zone or _("Saved."))
            return redirect("console_event_settings" if event else "console_event", saved.slug)
    fresh = get_object_or_404(of_campaign(request), pk=event.pk) if event else None
    context = {"form": form, "days": days, "event": fresh, "copy_of": copy_of, "tab": "settings"}
    return render(request, "console/event.html", context)


@transaction.atomic
def _save(request, event: Event | None, form: EventForm, day_hours: list[dict]) -> Event:
    values = {**form.cleaned_data, "day_hours": day_hours}
    halls = values.pop("halls")
    if halls:
        values["tables"] = sum(hall["tables"] for hall in halls)
    saved = services.save_event(by=request.user, campaign=request.campaign, event=event, **values)
    if event is None or "halls" in form.changed_data:
        services.set_halls(by=request.user, event=saved, halls=halls)
    return saved


def _change_state(request, slug, verb, sentence):
    event = get_object_or_404(of_campaign(request), slug=slug)
    with refusals_in_messages(request):
        event = verb(by=request.user, event=event)
        transaction.on_commit(start_delivery)
        messages.success(request, sentence)
    return redirect("console_event", event.slug)


@organiser
@require_POST
def publish(request, slug):
    return _change_state(request, slug, services.publish_event, _("The event is in the calendar now."))


@organiser
@require_http_methods(["GET", "POST"])
def cancel(request, slug):
    """Whom the cancellation concerns; a POST cancels."""
    if request.method == "POST":
        return _change_state(request, slug, services.cancel_event, _("The event is marked as cancelled."))
    event = get_object_or_404(of_campaign(request), slug=slug)
    return render_step(
        request,
        event,
        title=_("Cancel the event"),
        concerned=services.impact_of(services.to_call_off(event)),
        leave_at=services.letters_of_calling_off(services.to_call_off(event)),
        lead=_("It stays in the calendar, marked as cancelled, and all its meetings are called off."),
        button=_("Cancel the event"),
        back_url=reverse("console_event_settings", args=[slug]),
        tab="settings",
    )
