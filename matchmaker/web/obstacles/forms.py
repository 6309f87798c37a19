"""What is typed about an obstacle."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Product
from matchmaker.messaging.models import Enquiry, Obstacle
from matchmaker.messaging.models.obstacles import LONGEST
from matchmaker.web.forms import fields


class ReportForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is it about?"), choices=Obstacle.Kind, widget=forms.RadioSelect)
    title = fields.LineField(
        label=_("In one line"),
        max_length=160,
        help_text=_("Such as: the registration of our plant has waited since March."),
    )
    text = fields.TextField(
        label=_("What happened"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST}),
        help_text=_("What you tried, whom you asked, and by when you need an answer."),
    )
    about = forms.ChoiceField(
        label=_("Enquiry or product that it concerns"),
        required=False,
        help_text=_("From an enquiry the team sees only the subject and the other company, not the letters."),
    )

    def __init__(self, *args, enquiries: list[Enquiry], products: list[Product], **kwargs):
        super().__init__(*args, **kwargs)
        self.subjects: dict[str, Enquiry | Product] = {f"enquiry-{one.uid}": one for one in enquiries}
        self.subjects |= {f"product-{one.uid}": one for one in products}
        groups = [
            (_("Enquiries"), [(f"enquiry-{one.uid}", str(one.subject_for_reader)) for one in enquiries]),
            (_("Products"), [(f"product-{one.uid}", str(one.name)) for one in products]),
        ]
        self.fields["about"].choices = [("", _("none")), *((label, rows) for label, rows in groups if rows)]
        if not self.subjects:
            del self.fields["about"]

    def clean_about(self) -> Enquiry | Product | None:
        return self.subjects.get(self.cleaned_data["about"])


class AnswerForm(forms.Form):
    text = fields.TextField(
        label=_("Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST})
    )


class CloseForm(forms.Form):
    prefix = "close"  # it stands beside the form of an answer

    outcome = forms.ChoiceField(label=_("How did it end?"), widget=forms.RadioSelect)
    text = fields.TextField(
        label=_("What the others should know"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
    )

    def __init__(self, *args, outcomes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]
