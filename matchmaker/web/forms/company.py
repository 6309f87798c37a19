"""What a company says of itself: three short steps when joining, one page afterwards.

Both sides share these forms; the words of a few fields differ by side.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.companies.phones import example_phone
from matchmaker.core import languages, reference
from matchmaker.core.multilingual_texts import is_language
from matchmaker.web.forms import fields


class SidedForm(forms.Form):
    """A form whose words differ between suppliers and buyers."""

    def __init__(self, *args, side: str = "supplier", **kwargs):
        self.side = side
        super().__init__(*args, **kwargs)


class NamesForm(SidedForm):
    """Who the company is: names in both scripts, country, number."""

    legal_name = fields.LineField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("As it stands in your company register, in its own script."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name_latin = fields.LineField(
        label=_("Name in Latin letters"),
        max_length=200,
        required=False,
        help_text=_("Only if the legal name is written in another script."),
    )
    name_zh = fields.LineField(
        label=_("Name in Chinese"),
        max_length=200,
        required=False,
        help_text=_("If you have one. Buyers in China will see it first."),
    )
    country = fields.CodeField(
        label=_("Country or region"), choices=fields.countries, sentence=_("Choose a country or region from the list.")
    )
    identifier_kind = forms.ChoiceField(
        label=_("Kind of company number"), choices=Company.IdentifierKind.choices, required=False
    )
    identifier = fields.LineField(
        label=_("Company number"),
        max_length=40,
        required=False,
        help_text=_("An organiser compares it with your register. It makes approval quicker."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.side == "buyer":
            self.fields["name_zh"].help_text = _("Only if the legal name is not Chinese.")
            self.fields["identifier"].help_text = _(
                "Required for companies in China: the Unified Social Credit Code, 18 characters, on the licence. "
                "We check that the last character fits the other 17."
            )


class ContactForm(SidedForm):
    """Where the company is and whom to talk to."""

    city = fields.LineField(
        label=_("City"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    address = fields.LineField(
        label=_("Street and number"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    website = fields.WebsiteField(label=_("Website"), required=False)
    contact_name = fields.LineField(
        label=_("Contact person"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_email = forms.EmailField(
        label=_("Contact email"),
        max_length=254,
        help_text=_("Shown to the other side only after both have said yes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = fields.PhoneField(
        label=_("Contact telephone"),
        required=False,
        max_length=40,
    )
    contact_wechat = fields.LineField(
        label=_("WeChat ID"),
        required=False,
        max_length=60,
        help_text=_("Shown to the other side only after both have said yes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    languages = fields.CodesField(
        label=_("Languages you can work in"),
        choices=fields.spoken_languages,
        required=False,
        sentence=_("Choose languages from the list."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        country = str(self["country"].value() if "country" in self.fields else self.initial.get("country", ""))
        self.fields["contact_phone"].help_text = _("With country code, such as %(example)s.") % {
            "example": example_phone(country)
        }
        present = (self.initial or {}).get("languages") or []
        spoken = fields.spoken_languages(present)
        self.fields["languages"].choices = fields.ticked_first(spoken, self["languages"].value())


def _languages_of(initial: Mapping[str, Any]) -> list[str]:
    """In which a company may want to write: its own, those it speaks, the first of its country; English last."""
    official = reference.countries().get(initial.get("country", ""), {}).get("languages", "")
    of_country = [languages.site_code(code) for code in official.split(",") if code]
    codes = [initial.get("language") or get_language() or languages.ENGLISH, *(initial.get("languages") or [])[:3]]
    codes += [code for code in of_country if is_language(code)][:1]
    others = dict.fromkeys(languages.site_code(code) for code in codes)
    return [*(code for code in others if code != languages.ENGLISH), languages.ENGLISH]


class AboutForm(SidedForm):
    """What the company does."""

    about = fields.of_model(
        Company,
        "about",
        required=True,
        label=_("About the company"),
        help_text=_("In your own language: what you make, for whom, since when. Three sentences are enough."),
    )
    founded = fields.WholeInput(label=_("Founded in"), required=False)
    size = forms.ChoiceField(
        label=_("Employees"), choices=[("", _("not stated")), *Company.Size.choices], required=False
    )
    first_time_exporter = forms.BooleanField(
        label=_("We have not sold to China before"),
        required=False,
        help_text=_("Organisers and partners give you more help."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].widget.open_languages = _languages_of(self.initial or {})
        if self.side == "buyer":
            del self.fields["first_time_exporter"]
            self.fields["about"].help_text = _(
                "What you buy, for whom, in which regions. Suppliers see it after both have said yes."
            )

    def clean_founded(self):
        year = self.cleaned_data["founded"]
        this_year = dt.date.today().year
        if year is not None and not 1000 <= year <= this_year:
            raise ValidationError(
                _("Write the year with four digits, not later than %(year)s."), "year", {"year": str(this_year)}
            )
        return year


class CompanyForm(AboutForm, ContactForm, NamesForm):
    """All of it on one page."""

    field_order = [*NamesForm.base_fields, *ContactForm.base_fields, *AboutForm.base_fields]


def initial_values(company: Company, form: type[forms.Form]) -> dict:
    """The company's own values, as the form's initial ones; its country also where the form does not show it."""
    names = {"country", "language", "languages", *form.base_fields}
    return {name: getattr(company, name) for name in names if hasattr(company, name)}
