"""F45: a person is erased while a summary, a list or a match is under way; nothing made after that knows her."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies import privacy
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match, match_block, start_match_run
from matchmaker.notifications import digests, mail, preferences
from matchmaker.notifications.models import Delivery, Digest, Notice
from tests import factories
from tests.companies.test_privacy import everything
from tests.notifications.conftest import sink

__all__ = ["sink"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
YESTERDAY, MORNING = datetime(2026, 11, 24, 3, tzinfo=UTC), datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
MARK = "marker"


def marked(**fields):
    return factories.user(email="marker-address@example.org", name="Marker Name", **fields)


@pytest.fixture
def contact(time_machine):
    """(match, person, buyer): a match that opened the contact data of a company in which nobody but she works."""
    time_machine.move_to(YESTERDAY, tick=False)
    person, buyer = marked(), factories.user()
    type(buyer).objects.update(time_zone="Asia/Shanghai")
    mill = factories.supplier(person, contact_name="Marker Name", contact_email=person.email)
    wanter = factories.buyer(buyer)
    match = factories.match(factories.product(mill), factories.line(factories.demand(wanter)))
    for one in (buyer, person):
        preferences.gather_all(by=one)
    answer_match(by=person, match=match, side="supplier", answer="interested")
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    return match, person, buyer


def test_a_summary_that_was_gathered_before_leaves_without_her_and_not_to_her(contact, sink, time_machine):
    _match, person, buyer = contact
    time_machine.move_to(MORNING, tick=False)
    digests.gather()
    assert set(Digest.objects.values_list("recipient", flat=True)) == {buyer.pk, person.pk}
    assert MARK in str(Notice.objects.filter(recipient=buyer).values_list("context")).lower()

    privacy.erase_person(by=person)
    assert digests.deliver_waiting() >= 1
    assert {address for to, _letter in sink.letters for address in to} == {buyer.email}
    assert [letter for _to, letter in sink.letters if MARK in letter.as_string().lower()] == []


def test_a_letter_sent_alone_that_waited_says_that_a_match_came_about_and_no_contact(contact, sink, client):
    _match, person, buyer = contact
    preferences.choose(by=buyer, topic="match", channel="email", frequency="now")
    Delivery.objects.filter(notice__recipient=buyer).update(frequency="now", not_before=YESTERDAY)
    privacy.erase_person(by=person)
    mail.deliver_waiting()
    letter = next(letter for to, letter in sink.letters if to == [buyer.email])
    assert MARK not in letter.as_string().lower()
    client.force_login(buyer)
    shown = client.get(reverse("notices")).content.decode().lower()
    assert MARK not in shown
    assert MARK not in everything().lower()


def test_a_list_taken_along_after_the_receipt_does_not_know_her(client, campaign, organiser):
    person = marked()
    company = factories.supplier(person, contact_name="Marker Name", contact_email=person.email)
    company.participations.create(campaign=campaign, side="supplier")
    client.force_login(organiser)
    address = reverse("console_export", args=["suppliers", "csv"])
    before = client.get(address).content.decode().lower()
    assert (before.count("marker-address"), before.count("marker name")) == (1, 1)
    privacy.erase_person(by=person)
    assert MARK not in client.get(address).content.decode().lower()


def test_blocks_matched_after_the_receipt_suggest_nobody_of_a_company_that_closed_with_her(settings):
    settings.MATCH_BLOCK = 1
    category, code = factories.category("AGRI-06"), factories.hs_code("100630").code
    person = marked()
    closing = factories.supplier(person, legal_name="Marker Mill", contact_name="Marker Name")
    stays = factories.supplier()
    for company in (stays, closing):
        name = "Thai Hom Mali jasmine rice"
        factories.product(company, name=name, category=category, hs_code=code, status="published")
    line = factories.line(text="茉莉香米", category=category, hs_code=code)
    start_match_run(by=None, campaign=factories.campaign())
    assert match_block()
    privacy.erase_person(by=person)
    since = timezone.now()
    while match_block():
        pass
    notices = Notice.objects.filter(created_at__gte=since)
    assert Match.objects.filter(line=line, product__company=stays).exists()
    assert not Match.objects.filter(product__company=closing, created_at__gte=since).exists()
    assert [notice for notice in notices if MARK in str(notice.context).lower()] == []
    assert not notices.filter(recipient=person.pk).exists()
