"""Consent is kept with the words that were read."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import Consent
from matchmaker.companies import privacy
from tests import factories

pytestmark = pytest.mark.django_db


def test_submitting_keeps_the_consent_with_its_text_and_language(client):
    factories.campaign()
    company = factories.supplier(status="draft")
    person = factories.member_of(company)
    person.language = "zh-hans"
    person.save()
    client.force_login(person)
    client.post(reverse("join_step", args=["supplier", 3]), {"about": "We mill rice.", "consent": "on"})
    consent = Consent.objects.get()
    assert (consent.user, consent.purpose, consent.language) == (person, "submit_company", "zh-hans")
    assert "我" in consent.text
    assert consent.text in client.get(reverse("account_data")).text
    assert privacy.export_person(by=person)["rows"]["accounts.Consent.user"][0]["text"] == consent.text


def test_erasure_takes_consents_along():
    person = factories.user()
    Consent.objects.create(user=person, purpose="x", text="x", language="en")
    privacy.erase_person(by=person)
    assert not Consent.objects.exists()
