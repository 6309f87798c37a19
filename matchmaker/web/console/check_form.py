"""What an organiser writes down when she has seen a company's evidence."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from matchmaker.companies.models import Company, Document
from matchmaker.core.text import validate_text


class CheckForm(forms.Form):
    """With the company's own documents to point at."""

    document = forms.ModelChoiceField(
        label=gettext_lazy("In which document"),
        queryset=Document.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=gettext_lazy("none of those sent here"),
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("What was checked"),
        choices=[choice for choice in Company.Verification.choices if choice[0]],
        coerce=int,
    )
    evidence = forms.CharField(
        label=gettext_lazy("What you saw"),
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as: extract of the commercial register of 3 March, same name and number."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Counts until"),
        required=False,
        initial=lambda: timezone.localdate() + dt.timedelta(days=365),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("After this day the company is shown at the level below."),
    )

    field_order = ("level", "document", "evidence", "expires_on")

    def __init__(self, *args, company: Company, **kwargs):
        super().__init__(*args, **kwargs)
        readable = company.documents.exclude(state=Document.State.REFUSED)
        self.fields["document"].queryset = readable  # type: ignore[attr-defined]  # a ModelChoiceField has one
        if not readable.exists():
            del self.fields["document"]
