"""A field of a company's contact has places that name it by hand; docs/architecture.md says where."""

import dataclasses

import pytest
from django.conf import settings

from matchmaker.campaigns.boundary import Contact
from matchmaker.companies.models import CONTACT_FIELDS, Company
from matchmaker.core import reference
from matchmaker.imports.kinds import companies
from matchmaker.web.console.boundary import CrossingForm
from matchmaker.web.forms.company import ContactForm

HEADS = {row["column"] for row in reference.sheet_heads() if row["kind"] == "companies"}
TEMPLATES = (
    "public/join/contact_fields.html",
    "supplier/answer.html",
    "buyer/match_card.html",
    "console/company.html",
    "meetings/contacts.html",
    "notifications/match_mutual.txt",
    "notifications/match_mutual.html",
    "notifications/kinds.toml",
)


def test_every_field_of_a_contact_is_listed():
    assert {field.name for field in Company._meta.fields if field.name.startswith("contact_")} == set(CONTACT_FIELDS)


@pytest.mark.parametrize("name", CONTACT_FIELDS)
def test_a_field_of_a_contact_is_in_form_sheet_and_the_names_of_columns(name):
    assert name in ContactForm.base_fields
    assert name in {column.name for column in companies.COLUMNS}
    assert name in HEADS
    assert name in {field.name for field in dataclasses.fields(Contact)}
    assert name in dict(CrossingForm.base_fields["leaving"].choices)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_field_of_a_contact_is_in_the_template(template):
    text = (settings.BASE_DIR / "templates" / template).read_text()
    assert [name for name in CONTACT_FIELDS if name not in text] == []
