"""What organisers type about an event: walk-ins, interpreters, and the options of a plan."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.companies.models import Company
from matchmaker.events.models import EventParticipation
from matchmaker.events.services.plans import LIMITS
from matchmaker.web.forms import fields


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


class InterpreterForm(forms.Form):
    name = fields.LineField(label=gettext_lazy("Name"), max_length=120)
    languages = fields.CodesField(label=gettext_lazy("Languages"), choices=fields.spoken_languages)

    def clean_languages(self):
        languages = self.cleaned_data["languages"]
        if len(languages) < 2:
            raise ValidationError(_("Choose at least two languages."))
        return languages


def _whole(name: str, label: str, initial: int | None, help_text: str = "", **kwargs) -> fields.WholeInput:
    low, high = LIMITS[name]
    return fields.WholeInput(label=label, initial=initial, help_text=help_text, min_value=low, max_value=high, **kwargs)


class PlanForm(forms.Form):
    """Field names are the options of `start_plan`."""

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
    floor = _whole("floor", gettext_lazy("At least this many a company"), 2, gettext_lazy("As far as wishes allow."))
    fair_bonus = _whole(
        "fair_bonus",
        gettext_lazy("What such a meeting is worth more"),
        300,
        gettext_lazy("A match weighs 100 to 500, a wish 600 or 1,000 more."),
    )
    most = _whole("most", gettext_lazy("At most this many a company"), 12, gettext_lazy("Unless it said less itself."))
    supplier_share = _whole("supplier_share", gettext_lazy("Weight of suppliers' wishes, percent"), 100)
    buyer_share = _whole("buyer_share", gettext_lazy("Weight of buyers' wishes, percent"), 100)
    tables = _whole(
        "tables",
        gettext_lazy("What if there were this many tables"),
        None,
        gettext_lazy("Leave it empty to plan with the event's own."),
        required=False,
    )
    opens_at = forms.TimeField(
        label=gettext_lazy("What if it opened at"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    closes_at = forms.TimeField(
        label=gettext_lazy("What if it closed at"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def options(self) -> dict:
        values = dict(self.cleaned_data)
        for name in ("opens_at", "closes_at"):
            values[name] = values[name].isoformat("minutes") if values[name] else None
        return values

    def main(self):
        return [self[name] for name in ("seconds", "target_gap", "floor", "most")]

    def more(self):
        return [self[name] for name in ("fair_bonus", "supplier_share", "buyer_share")]

    def what_if(self):
        return [self[name] for name in ("tables", "opens_at", "closes_at")]
