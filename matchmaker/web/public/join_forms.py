"""The last step of joining asks for consent beside what the company does."""

from django import forms
from django.utils.translation import gettext_lazy as _

from matchmaker.web.forms import fields
from matchmaker.web.forms.company import AboutForm


class SubmitForm(AboutForm):
    code = fields.LineField(
        label=_("Code of a country partner or a trading group"),
        max_length=40,
        required=False,
        help_text=_("If an embassy or a chamber gave you one. It sees how far your company is, and may vouch for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    consent = forms.BooleanField(
        label=_("I may speak for this company, and the campaign's team may check what I wrote."),
        help_text=_(
            "Names, products and demands are shown as you publish them. Contacts only after both sides say yes."
        ),
        error_messages={"required": _("Tick this box to submit. Without it the draft is kept, and nobody sees it.")},
    )
