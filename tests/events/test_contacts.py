"""Contacts by badge: only with consent, only at the same event, and the consent can be taken back."""

import csv

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.campaigns import boundary
from matchmaker.campaigns.models import Crossing
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import SavedContact
from tests import factories
from tests.events.conftest import Hall


def keep(row, code: str, note: str = "", score: int | None = None):
    by = factories.member_of(row.company)
    return services.save_contact(by=by, participation=row, code=code, note=note, score=score)


def share(row, yes: bool = True):
    services.share_contacts(by=factories.member_of(row.company), participation=row, share=yes)


@pytest.fixture
def two(hall):
    return hall.comes("supplier"), hall.comes("buyer")


def test_a_contact_is_kept_once_and_its_note_is_replaced(two):
    supplier, buyer = two
    share(supplier)
    keep(buyer, supplier.attendees.get().code, "Likes our tea")
    keep(buyer, supplier.attendees.get().code, "Sends samples")
    assert SavedContact.objects.get().note == "Sends samples"


@pytest.mark.parametrize("consent", ["never given", "taken back"])
def test_without_consent_nothing_is_kept(two, consent):
    supplier, buyer = two
    if consent == "taken back":
        share(supplier)
        share(supplier, False)
    with pytest.raises(Refused) as refused:
        keep(buyer, supplier.attendees.get().code)
    assert refused.value.code == "not_shared"
    assert not SavedContact.objects.exists()


def test_a_badge_of_another_event_or_of_ones_own_is_not_kept(hall, two):
    _supplier, buyer = two
    elsewhere = Hall(slug="other", campaign=hall.event.campaign).comes("supplier")
    share(elsewhere)
    codes = []
    for code in (elsewhere.attendees.get().code, buyer.attendees.get().code, "0000000000"):
        with pytest.raises(Refused) as refused:
            keep(buyer, code)
        codes.append(refused.value.code)
    assert codes == ["code_unknown", "own_badge", "code_unknown"]


def test_contacts_are_seen_by_the_company_that_kept_them_only(two):
    supplier, buyer = two
    share(supplier)
    keep(buyer, supplier.attendees.get().code)
    assert SavedContact.objects.visible_to(factories.member_of(buyer.company)).count() == 1
    assert not SavedContact.objects.visible_to(factories.member_of(supplier.company)).exists()


def test_the_most_promising_contact_stands_first_on_the_page_and_in_the_file(client, hall, two):
    supplier, buyer = two
    other = hall.comes("supplier")
    for row in (supplier, other):
        share(row)
    keep(buyer, supplier.attendees.get().code, score=5)
    client.force_login(factories.member_of(buyer.company))
    code = other.attendees.get().code
    page = reverse("meetings_badge", args=[hall.event.slug, code])
    assert 'name="score"' in client.get(page).content.decode()
    assert client.post(page, {"note": "", "score": "2"}).status_code == 302
    keep(buyer, code, "Sends a list")  # a later note leaves the score as it is
    assert [row.score for row in SavedContact.objects.saved_at_event(hall.event, buyer.company)] == [5, 2]
    shown = client.get(reverse("meetings_contacts", args=[hall.event.slug])).content.decode()
    assert shown.index("How promising: 5 of 5") < shown.index("How promising: 2 of 5")
    file = client.get(reverse("meetings_contacts_export", args=[hall.event.slug, "csv"]))
    rows = list(csv.reader(file.getvalue().decode("utf-8-sig").splitlines()))
    assert [row[-1] for row in rows] == ["How promising, 1 to 5", "5", "2"]


def test_a_score_above_five_is_refused(two):
    supplier, buyer = two
    share(supplier)
    with pytest.raises(ValidationError):
        keep(buyer, supplier.attendees.get().code, score=6)
    assert not SavedContact.objects.exists()


def test_of_a_contact_that_crosses_the_border_only_what_the_campaign_lets_through_is_read(client, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    assert (supplier.company.country, buyer.company.country) == ("TH", "CN")
    boundary.choose_fields(by=hall.organiser, campaign=hall.event.campaign, fields=["contact_name"])
    share(buyer)
    keep(supplier, buyer.attendees.get().code)
    assert Crossing.objects.get().to == supplier.company
    client.force_login(factories.member_of(supplier.company))
    page = client.get(reverse("meetings_contacts", args=[hall.event.slug])).text
    sheet = client.get(reverse("meetings_contacts_export", args=[hall.event.slug, "csv"])).content.decode()
    for text in (page, sheet):
        assert buyer.company.contact_name in text
        assert buyer.company.contact_email not in text
    assert "Part of this contact stays in China." in page
