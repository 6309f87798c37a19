"""What participants type: their registration and a request."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.events.models import Event, EventParticipation
from matchmaker.events.services.participations import sides_for
from matchmaker.web.forms import fields


class RegistrationForm(forms.Form):
    """Field names are those of `register_for_event`; `people` is one person a line."""

    side = forms.ChoiceField(label=_("You come as"), widget=forms.RadioSelect)
    people = fields.TextField(
        label=_("Who attends"),
        max_length=4000,
        help_text=_("One person a line: name, then a comma and what they do. Each receives a badge with a code."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    languages = fields.CodesField(
        label=_("Languages your people speak"),
        choices=fields.spoken_languages,
        help_text=_("Where two companies share none, an interpreter is planned."),
    )
    seeks = fields.LineField(
        label=_("Whom you hope to meet"),
        required=False,
        max_length=500,
        help_text=_("Shown to the other side's participants."),
    )
    most = fields.WholeInput(
        label=_("At most this many meetings"),
        required=False,
        max_value=200,
        min_value=1,
        help_text=_("Leave it empty for as many as there are."),
    )
    share = forms.BooleanField(
        label=_("People who scan a badge of ours in the hall may keep our contact"),
        required=False,
        help_text=_("Name, work and the contact of your company. You can take this back at any time."),
    )
    opens_free_times = forms.BooleanField(
        label=_("Others may book our free times themselves"),
        required=False,
        help_text=_("After the plan is published, without waiting for an answer. Untick the times you do not want."),
    )
    note = fields.TextField(
        label=_("Note for the organiser"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, company: Company, event: Event, row: EventParticipation | None = None, **kwargs):
        sides = sides_for(event, company)
        initial = {
            "side": sides[0] if sides else "",
            "languages": company.languages,
            "people": company.contact_name,
        }
        if row is not None:
            own = ("side", "languages", "seeks", "note", "most", "opens_free_times")
            initial = {name: getattr(row, name) for name in own}
            initial["share"] = row.shares_contacts_since is not None
            initial["people"] = "\n".join(
                ", ".join(part for part in (person.name, person.role) if part) for person in row.attendees.all()
            )
        super().__init__(*args, initial=initial, **kwargs)
        present = initial["languages"]
        self.fields["languages"].choices = lambda: fields.spoken_languages(present)
        labels = dict(EventParticipation.Side.choices)
        self.fields["side"].choices = [(side, labels[side]) for side in sides]
        if len(sides) < 2 or row is not None:
            self.fields["side"].widget = forms.HiddenInput()

    def verb_fields(self) -> dict:
        values = dict(self.cleaned_data)
        values["people"] = [
            dict(zip(("name", "role"), (part.strip() for part in [*line.split(",", 1), ""][:2]), strict=True))
            for line in values["people"].replace("，", ",").splitlines()
            if line.strip()
        ]
        return values


class AskForm(forms.Form):
    slot = forms.ChoiceField(label=_("When"), required=False)
    note = fields.TextField(
        label=_("Note"),
        required=False,
        max_length=500,
        help_text=_("Say in a sentence what you would talk about."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, free: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [("", _("whenever the plan has room")), *free]
