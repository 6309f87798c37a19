"""Held messages and reports: the receiver sees nothing, the sender knows why, the organiser sees one message."""

import pytest

from matchmaker.core.problems import Refused
from matchmaker.messaging import services
from matchmaker.messaging.models import ContactLimit, Enquiry, Message
from matchmaker.notifications.models import Notice
from tests import factories
from tests.messaging.conftest import TEXT

pytestmark = pytest.mark.django_db

SPAM = "Dear sir, we are a leading company and offer the best price. Please send us your price list and catalogue now."


@pytest.fixture
def wide(pair):
    """Limits that do not get in the way."""
    ContactLimit.objects.update(per_day=500, open_requests=500)
    return pair


@pytest.fixture
def organiser(pair):
    """One of the team of the campaign in which the buyer takes part."""
    person = factories.organiser()
    person.organiser_of.get().campaign.participations.create(company=pair.wanter, side="buyer")
    return person


def write(pair, text, other=None):
    return services.ask(by=pair.buy, company=pair.wanter, other=other or factories.supplier(), text=text)


def test_two_hundred_alike_messages_are_slowed_and_held_and_nobody_sees_the_held_ones(wide):
    outcomes = []
    for place in range(200):
        try:
            outcomes.append(write(wide, SPAM.replace("sir", f"sir {place}")).delivered_at is not None)
        except Refused as refused:
            outcomes.append((refused.code, refused.status))
    assert outcomes == [True] * 3 + [False] * 5 + [("too_fast", 429)] * 192
    held = Message.objects.get(pk=Message.objects.filter(state="held").first().pk)
    receiver = held.enquiry.supplier.members.get()
    assert list(Enquiry.objects.visible_to(receiver)) == []
    assert Notice.objects.filter(recipient=receiver).count() == 0
    assert services.hold_sentence(held) == (
        "Nearly the same text went to 3 other companies within a week. Say what you want from this one in particular."
    )


def test_a_message_that_is_only_a_link_is_held(wide):
    asked = write(wide, "http://example.org/best-offer")
    assert (asked.delivered_at, asked.messages.get().hold) == (None, "link_only")


def test_nothing_more_goes_while_a_message_is_held(wide):
    asked = write(wide, "http://example.org/best-offer")
    with pytest.raises(Refused) as caught:
        services.reply(by=wide.buy, enquiry=asked, text="Did you get it?")
    assert caught.value.code == "waits_for_review"


def test_a_released_message_is_delivered_and_both_sides_are_told(wide, organiser):
    asked = write(wide, "http://example.org/best-offer", wide.seller)
    services.review_held(by=organiser, message=asked.messages.get(), release=True)
    asked.refresh_from_db()
    assert (asked.owes, asked.delivered_at is not None) == ("supplier", True)
    told = {(notice.kind, notice.recipient_id) for notice in Notice.objects.all()}
    assert told == {("enquiry_message", wide.sell.pk), ("enquiry_review", wide.buy.pk)}


def test_a_refused_message_never_reaches_the_receiver(wide, organiser):
    asked = write(wide, "http://example.org/best-offer", wide.seller)
    services.review_held(by=organiser, message=asked.messages.get(), release=False, note="No links only")
    assert list(Enquiry.objects.visible_to(wide.sell)) == []
    notice = Notice.objects.get(kind="enquiry_review")
    assert (notice.recipient, notice.context["note"]) == (wide.buy, "No links only")


def test_a_reported_message_hides_from_its_receiver_until_somebody_decides(matched, talk, organiser):
    message = services.reply(by=matched.sell, enquiry=talk, text="Buy now or else!")
    report = services.report_message(by=matched.buy, message=message, reason="abuse")
    assert message not in Message.objects.visible_to(matched.buy)
    assert [one.message for one in services.open_reports(organiser.organiser_of.get().campaign)] == [message]
    services.decide_report(by=organiser, report=report, uphold=False)
    assert message in Message.objects.visible_to(matched.buy)


def test_an_upheld_report_takes_the_message_out_for_good(matched, talk, organiser):
    message = services.reply(by=matched.sell, enquiry=talk, text="Buy now or else!")
    report = services.report_message(by=matched.buy, message=message, reason="abuse")
    services.decide_report(by=organiser, report=report, uphold=True)
    message.refresh_from_db()
    assert (message.state, message in Message.objects.visible_to(matched.buy)) == ("refused", False)
    with pytest.raises(Refused) as caught:
        services.decide_report(by=organiser, report=report, uphold=False)
    assert caught.value.code == "decided_already"


def test_one_does_not_report_ones_own_message_nor_a_stranger_anything(matched, talk):
    message = talk.messages.get()
    with pytest.raises(Refused) as own:
        services.report_message(by=matched.buy, message=message, reason="junk")
    with pytest.raises(Refused) as strange:
        services.report_message(by=factories.user(), message=message, reason="junk")
    assert (own.value.status, strange.value.status) == (403, 404)


def test_the_console_shows_the_reported_message_and_nothing_around_it(client, matched, talk, organiser):
    message = services.reply(by=matched.sell, enquiry=talk, text="Buy now or else!")
    services.report_message(by=matched.buy, message=message, reason="abuse")
    client.force_login(organiser)
    page = client.get("/console/enquiries/").content.decode()
    assert ("Buy now or else!" in page, TEXT in page) == (True, False)
    assert client.get(f"/enquiries/{talk.uid}/").status_code == 404


def test_only_the_campaigns_organisers_decide(matched, talk):
    staff = factories.organiser(role="staff")
    message = services.reply(by=matched.sell, enquiry=talk, text="Buy now or else!")
    report = services.report_message(by=matched.buy, message=message, reason="abuse")
    for person in (staff, matched.buy, factories.user()):
        with pytest.raises(Refused) as caught:
            services.decide_report(by=person, report=report, uphold=True)
        assert caught.value.status == 404


def report_by(pair, product=None):
    """The buyer writes to a supplier, whose people report it."""
    asked = services.ask(by=pair.buy, company=pair.wanter, product=product or factories.product(), text=TEXT)
    return services.report_message(by=factories.member_of(asked.supplier), message=asked.messages.get(), reason="fraud")


def test_reports_of_two_companies_slow_a_sender_down_to_one_first_message_a_day(wide):
    report_by(wide)
    assert services.limit_of(wide.wanter).per_day == 500
    report_by(wide)
    assert (services.limit_of(wide.wanter).per_day, services.limit_of(wide.wanter).open_requests) == (1, 1)
    with pytest.raises(Refused) as caught:
        write(wide, TEXT.replace("rice", "honey"))
    assert (caught.value.status, str(caught.value)) == (
        403,
        "Several companies reported messages of your company within a month. "
        "For now it may write to one new company a day and have one request waiting.",
    )
    assert services.limit_of(wide.seller).per_day == 500


def test_two_reports_of_one_company_slow_nobody_down(wide):
    first = factories.product(wide.seller)
    for product in (first, factories.product(wide.seller)):
        report_by(wide, product)
    assert services.is_slowed(wide.wanter) is False


def test_a_dismissed_report_no_longer_slows_the_sender_down(wide, organiser):
    reports = [report_by(wide), report_by(wide)]
    services.decide_report(by=organiser, report=reports[0], uphold=False)
    assert services.is_slowed(wide.wanter) is False
    services.decide_report(by=organiser, report=reports[1], uphold=True)
    report_by(wide)
    assert services.is_slowed(wide.wanter) is True
