"""What a partner fills in."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from matchmaker.core.text import validate_text
from matchmaker.web.forms import fields


class CodeForm(forms.Form):
    label = fields.LineField(
        label=_("For whom"), max_length=80, help_text=_("Such as: members of the fruit exporters’ association.")
    )
    quota = fields.WholeInput(label=_("How many companies"), initial=20)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(14, _("two weeks")), (30, _("30 days")), (90, _("90 days")), (365, _("one year"))],
        initial=30,
        coerce=int,
    )
    vouches = forms.BooleanField(
        label=_("We answer for those who register with it"),
        required=False,
        initial=True,
        help_text=_("Only if you hand it to companies you know."),
    )


class EnrolForm(forms.Form):
    side = forms.ChoiceField(
        label=_("Side"), choices=[("supplier", _("supplier")), ("buyer", _("buyer"))], widget=forms.RadioSelect
    )
    legal_name = fields.LineField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("As it stands in the company register, in its own script."),
    )
    name_latin = fields.LineField(label=_("Name in Latin letters"), max_length=200, required=False)
    name_zh = fields.LineField(label=_("Name in Chinese"), max_length=200, required=False)
    country = fields.CodeField(
        label=_("Country or region"), choices=fields.countries, sentence=_("Choose a country or region from the list.")
    )
    city = fields.LineField(label=_("City"), max_length=100)
    contact_name = fields.LineField(label=_("Contact person"), max_length=120)
    contact_email = forms.EmailField(
        label=_("Contact email"),
        max_length=254,
        help_text=_("The email to take the company over goes to this address."),
    )
    language = forms.ChoiceField(
        label=_("Language of the email"),
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        widget=fields.LanguageSelect,
    )


class VouchForm(forms.Form):
    vouch = forms.CharField(
        label=_("What you know of it"),
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as: our member since 2014, visited in March, exports to three countries."),
    )
