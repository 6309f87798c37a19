"""What organisers type about an event: walk-ins, interpreters, and the options of a plan."""

import datetime as dt

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.companies.models import Company
from matchmaker.events.models import EventParticipation
from matchmaker.events.services.plans import LIMITS
from matchmaker.web.forms import fields
from matchmaker.web.templatetags.ui import day as date_of


class WalkInForm(forms.Form):
    company = forms.ModelChoiceField(
        label=gettext_lazy("Company"), queryset=Company.objects.none(), empty_label=gettext_lazy("Choose …")
    )
    side = forms.ChoiceField(label=gettext_lazy("Comes as"), choices=EventParticipation.Side.choices)

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        inside = event.participations.exclude(status="withdrawn").values("company")
        self.fields["company"].queryset = (
            Company.objects.approved().filter(campaigns=event.campaign).exclude(pk__in=inside).distinct()
        )
        equals = EventParticipation.Side.BOTH
        self.fields["side"].choices = [
            choice for choice in EventParticipation.Side.choices if (choice[0] == equals) == event.is_of_equals
        ]


class InvitationForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Email address"), max_length=254)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of emails"), choices=settings.LANGUAGES, widget=fields.LanguageSelect
    )


class InterpreterForm(forms.Form):
    name = fields.LineField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Email address"), max_length=254, required=False)
    languages = fields.CodesField(label=gettext_lazy("Languages"), choices=fields.spoken_languages)

    def clean_languages(self):
        languages = self.cleaned_data["languages"]
        if len(languages) < 2:
            raise ValidationError(_("Choose at least two languages."))
        return languages


def _whole(name: str, label: str, initial: int | None, help_text: str = "", **kwargs) -> fields.WholeInput:
    low, high = LIMITS[name]
    return fields.WholeInput(label=label, initial=initial, help_text=help_text, min_value=low, max_value=high, **kwargs)


def _clock(label: str, help_text: str = "") -> forms.TimeField:
    return forms.TimeField(
        label=label, help_text=help_text, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class PlanForm(forms.Form):
    """Field names are the options of `start_plan`."""

    most = _whole(
        "most", gettext_lazy("Meetings a company, at most"), 12, gettext_lazy("Fewer where the company wants fewer.")
    )
    floor = _whole("floor", gettext_lazy("Meetings a company, at least"), 2, gettext_lazy("As far as wishes allow."))
    host = forms.ChoiceField(
        label=gettext_lazy("Who keeps the table"),
        choices=[
            ("supplier", gettext_lazy("suppliers sit, buyers walk")),
            ("buyer", gettext_lazy("buyers sit, suppliers walk")),
            ("mixed", gettext_lazy("the one with more meetings sits")),
        ],
        initial="supplier",
        required=False,
    )
    lunch_from = _clock(
        gettext_lazy("No meetings at lunch, from"), gettext_lazy("Leave both empty to meet at lunch, too.")
    )
    lunch_until = _clock(gettext_lazy("Lunch until"))
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days with meetings"), required=False, widget=forms.CheckboxSelectMultiple
    )
    most_loss = forms.TypedChoiceField(
        label=gettext_lazy("To spare companies a second day"),
        coerce=float,
        empty_value=None,
        required=False,
        initial="1.0",
        help_text=gettext_lazy("The lightest meetings, as a share of what all are worth."),
        choices=[
            ("0.0", gettext_lazy("leave out no meeting")),
            ("1.0", gettext_lazy("leave out a few (at most 1%)")),
            ("3.0", gettext_lazy("leave out more (at most 3%)")),
        ],
    )
    expects_no_shows = forms.BooleanField(
        label=gettext_lazy("Allow for companies that may not come"),
        help_text=gettext_lazy(
            "By earlier events: meetings that are likely to be kept come first, and each company gets as many more as "
            "are likely to fall through."
        ),
        required=False,
    )
    given = forms.BooleanField(
        label=gettext_lazy("Only meetings that both sides agreed to"),
        help_text=gettext_lazy("Every accepted request gets its meeting, with the fewest waits; no other is added."),
        required=False,
    )
    seconds = _whole("seconds", gettext_lazy("Seconds to compute"), 10, gettext_lazy("Longer closes the gap further."))
    target_gap = forms.TypedChoiceField(
        label=gettext_lazy("Good enough at a gap of"),
        coerce=float,
        initial="0.0",
        choices=[
            ("0.0", gettext_lazy("0%: use all the time")),
            ("0.0001", "0.01%"),
            ("0.001", "0.1%"),
            ("0.01", "1%"),
        ],
    )
    fair_bonus = _whole(
        "fair_bonus",
        gettext_lazy("How much the first meetings of a company count"),
        300,
        gettext_lazy("A match counts 100 to 500, a wish 600 or 1,000 more."),
    )
    supplier_share = _whole("supplier_share", gettext_lazy("Weight of suppliers' wishes, percent"), 100)
    buyer_share = _whole("buyer_share", gettext_lazy("Weight of buyers' wishes, percent"), 100)
    day_price = _whole(
        "day_price",
        gettext_lazy("How much a day to come counts"),
        300,
        gettext_lazy("These are compared with each other, after the meetings; 0 leaves one out."),
        required=False,
    )
    wait_price = _whole("wait_price", gettext_lazy("How much waiting between two meetings counts"), 10, required=False)
    late_price = _whole("late_price", gettext_lazy("How much a later time counts"), 1, required=False)
    walk_price = _whole(
        "walk_price",
        gettext_lazy("How much a change of hall counts"),
        10,
        gettext_lazy("Between two meetings without a free slot."),
        required=False,
    )
    tables = _whole(
        "tables",
        gettext_lazy("What if there were this many tables"),
        None,
        gettext_lazy("Leave it empty to plan with the event's own."),
        required=False,
    )
    opens_at = _clock(gettext_lazy("What if it opened at"), gettext_lazy("Days with hours of their own keep them."))
    closes_at = _clock(gettext_lazy("What if it closed at"))

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = [(day.isoformat(), date_of(day)) for day in event.days if event.hours_on(day)]
        self.fields["days"].choices = chosen
        self.fields["days"].initial = [value for value, _label in chosen]
        if len(chosen) < 2:
            del self.fields["days"]
        if event.is_of_equals:
            del self.fields["host"], self.fields["buyer_share"]
            self.fields["supplier_share"].label = _("Weight of wishes, percent")
        if event.halls.count() < 2:
            del self.fields["walk_price"]
        if event.pause_from is None:
            self.fields["lunch_from"].initial, self.fields["lunch_until"].initial = dt.time(12), dt.time(13)

    def clean(self):
        values = super().clean() or {}
        since, until = values.get("lunch_from"), values.get("lunch_until")
        if "lunch_until" not in self.errors and bool(since) != bool(until):
            self.add_error("lunch_until", _("Write when lunch begins and when it ends."))
        elif since and until and since >= until:
            self.add_error("lunch_until", _("Lunch must end after it begins."))
        return values

    def options(self) -> dict:
        values = dict(self.cleaned_data)
        values["host"] = values.get("host") or None
        for name in ("opens_at", "closes_at", "lunch_from", "lunch_until"):
            values[name] = values[name].isoformat("minutes") if values[name] else None
        if set(values.get("days") or ()) == {
            value for value, _label in getattr(self.fields.get("days"), "choices", ())
        }:
            values["days"] = None
        return values

    def main(self):
        names = ("most", "floor", "host", "lunch_from", "lunch_until", "most_loss", "days", "expects_no_shows", "given")
        return [self[name] for name in names if name in self.fields]

    def more(self):
        names = ("day_price", "wait_price", "late_price", "walk_price", "fair_bonus", "supplier_share", "buyer_share")
        return [self[name] for name in (*names, "seconds", "target_gap") if name in self.fields]

    def what_if(self):
        return [self[name] for name in ("tables", "opens_at", "closes_at")]
