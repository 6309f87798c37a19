"""Asking and answering: what is open, what is a request, whose turn it is, who reads it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies.models import Membership
from matchmaker.core.problems import Refused
from matchmaker.messaging import services
from matchmaker.messaging.models import ContactLimit, ContactPreference, Enquiry, Message
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from tests import factories
from tests.messaging.conftest import TEXT

pytestmark = pytest.mark.django_db


def recipients_of(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def code(call, *args, **kwargs) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code, caught.value.status


def test_with_a_match_the_enquiry_is_open_and_the_supplier_owes_an_answer(matched, talk):
    assert (talk.basis, talk.status, talk.owes, talk.match) == ("match", "open", "supplier", matched.match)
    assert recipients_of("enquiry_message") == {matched.sell.pk}


def test_without_a_match_it_is_a_request_and_only_one_message_goes(pair):
    asked = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=TEXT)
    assert (asked.basis, asked.status) == ("request", "requested")
    assert code(services.reply, by=pair.buy, enquiry=asked, text="One more thing") == ("waits_for_answer", 409)


def test_answering_a_request_opens_it_and_turns_the_turn(pair):
    asked = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=TEXT)
    services.reply(by=pair.sell, enquiry=asked, text="Yes, we can. Which port?")
    asked.refresh_from_db()
    assert (asked.status, asked.owes, asked.answered_at is not None) == ("open", "buyer", True)


def test_a_declined_request_is_told_and_cannot_be_asked_again(pair):
    asked = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=TEXT)
    services.decline(by=pair.sell, enquiry=asked)
    assert recipients_of("enquiry_declined") == {pair.buy.pk}
    again = {"by": pair.buy, "company": pair.wanter, "product": pair.product, "text": TEXT}
    assert code(services.ask, **again) == ("asked_already", 403)


def test_asking_twice_goes_on_in_the_same_enquiry(matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    again = services.ask(by=matched.buy, company=matched.wanter, product=matched.product, text="And organic?")
    assert (again.pk, again.messages.count(), Enquiry.objects.count()) == (talk.pk, 3, 1)


def test_a_suppliers_answer_to_a_demand_hides_the_buyers_name_until_she_answers(pair):
    asked = services.ask(by=pair.sell, company=pair.seller, demand=pair.demand, text=TEXT)
    assert (asked.asked_by, asked.buyer_named) == ("supplier", False)
    services.reply(by=pair.buy, enquiry=asked, text="请报价。")
    asked.refresh_from_db()
    assert asked.buyer_named is True


def test_no_notice_carries_an_address_of_the_other_side(matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    shown = [str(notice.context) for notice in Notice.objects.all()]
    addresses = [matched.seller.contact_email, matched.wanter.contact_email, matched.sell.email, matched.buy.email]
    assert [address for address in addresses if any(address in text for text in shown)] == []


def test_strangers_and_organisers_see_nothing(talk):
    for person in (factories.user(), factories.organiser(), factories.user(is_superuser=True)):
        assert list(Enquiry.objects.visible_to(person)) == []
        assert list(Message.objects.visible_to(person)) == []
        assert code(services.reply, by=person, enquiry=talk, text="hello") == ("not_found", 404)


@pytest.mark.parametrize("visibility", ["private", "invited"])
def test_nobody_answers_a_demand_she_may_not_see(pair, visibility):
    hidden = factories.demand(pair.wanter, lines=1, visibility=visibility)
    answer = {"by": pair.sell, "company": pair.seller, "demand": hidden, "text": "We have it."}
    assert (code(services.ask, **answer), Enquiry.objects.count()) == (("not_found", 404), 0)


def test_a_demand_is_answered_once_and_asked_about_without_showing_who_answered_to_others(pair):
    answered = services.ask(by=pair.sell, company=pair.seller, demand=pair.demand, text=TEXT)
    again = {"by": pair.sell, "company": pair.seller, "demand": pair.demand, "text": "And from April."}
    assert code(services.ask, **again) == ("waits_for_answer", 409)
    assert recipients_of("enquiry_message") == {pair.buy.pk}
    services.reply(by=pair.buy, enquiry=answered, text="有机认证吗？")
    assert services.ask(**again) == answered
    assert list(Enquiry.objects.visible_to(factories.member_of(factories.supplier()))) == []


def test_to_oneself_to_a_blocker_to_whoever_opted_out_and_beyond_the_limit_is_403_with_a_reason(pair):
    both = factories.company(is_supplier=True, is_buyer=True)
    me = factories.member_of(both)
    ask = {"by": me, "company": both, "text": TEXT}
    assert code(services.ask, other=both, **ask) == ("own_company", 403)
    services.block_company(by=pair.sell, company=pair.seller, other=both)
    assert code(services.ask, other=pair.seller, **ask) == ("contact_closed", 403)
    services.unblock_company(by=pair.sell, company=pair.seller, other=both)
    services.choose_contacts(by=pair.sell, company=pair.seller, takes=ContactPreference.Takes.NOBODY)
    assert code(services.ask, other=pair.seller, **ask) == ("contact_closed", 403)
    services.choose_contacts(by=pair.sell, company=pair.seller, takes=ContactPreference.Takes.MATCHED)
    assert code(services.ask, other=pair.seller, **ask) == ("match_needed", 403)
    ContactLimit.objects.filter(level=both.verification).update(open_requests=0)
    assert code(services.ask, other=factories.supplier(), **ask) == ("request_limit", 403)
    assert Enquiry.objects.count() == 0


def test_what_is_not_approved_neither_writes_nor_is_written_to(pair):
    draft = factories.buyer(status="pending")
    ask = {"by": factories.member_of(draft), "company": draft, "text": TEXT, "product": pair.product}
    assert code(services.ask, **ask) == ("not_approved", 403)
    hidden = factories.product(factories.supplier(status="suspended"))
    assert code(services.ask, by=pair.buy, company=pair.wanter, text=TEXT, product=hidden) == ("not_found", 404)


def test_the_limit_of_a_day_is_held_by_the_database(pair):
    ContactLimit.objects.filter(level=0).update(per_day=2, open_requests=9)
    for words in ("rice for our shops in Wuhan", "cheese of cow's milk for hotels"):
        services.ask(by=pair.buy, company=pair.wanter, other=factories.supplier(), text=words)
    third = {"by": pair.buy, "company": pair.wanter, "other": factories.supplier(), "text": "coffee, washed, 60 bags"}
    assert code(services.ask, **third) == ("contact_limit", 403)
    use = pair.wanter.contact_uses.last()
    from django.db import IntegrityError, transaction

    other = Enquiry.objects.exclude(pk=use.enquiry_id).first()
    other.use.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(use).objects.create(company=pair.wanter, day=use.day, number=3, allowed=2, enquiry=other)


def test_a_message_of_100_kb_500_mentions_or_11_files_is_refused(matched, talk):
    for text, name in (("a" * 100_000, "text"), ("@" * 500, "text"), ("  ", "text")):
        with pytest.raises(ValidationError) as caught:
            services.reply(by=matched.sell, enquiry=talk, text=text)
        assert list(caught.value.error_dict) == [name]
    with pytest.raises(ValidationError) as caught:
        services.reply(by=matched.sell, enquiry=talk, text="See the files", files=[object()] * 11)
    assert caught.value.error_dict["files"][0].code == "too_many_files"


def test_nobody_of_a_third_company_can_be_given_an_enquiry(matched, talk):
    stranger = factories.member_of(factories.supplier())
    assert code(services.assign, by=matched.sell, enquiry=talk, to=stranger) == ("not_a_colleague", 403)


def test_a_removed_member_no_longer_reads(matched, talk):
    left = factories.user()
    Membership.objects.create(company=matched.seller, user=left)
    assert list(Enquiry.objects.visible_to(left)) == [talk]
    Membership.objects.filter(user=left).delete()
    assert list(Enquiry.objects.visible_to(left)) == []
    assert code(services.reply, by=left, enquiry=talk, text="hello") == ("not_found", 404)


def test_after_fifteen_minutes_a_message_is_not_changed(matched, talk):
    message = services.reply(by=matched.sell, enquiry=talk, text="Yes, 20 t.")
    services.edit_message(by=matched.sell, message=message, text="Yes, 25 t.")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16), tick=False):
        assert code(services.edit_message, by=matched.sell, message=message, text="No.") == ("too_late", 403)
    facts = AuditEntry.objects.get(verb="edit_message").facts
    assert facts == {"before": "Yes, 20 t.", "after": "Yes, 25 t."}


def test_a_message_taken_back_leaves_a_mark_and_its_copy_in_the_audit(matched, talk):
    message = services.reply(by=matched.sell, enquiry=talk, text="Our floor price is 900.")
    assert code(services.delete_message, by=matched.buy, message=message) == ("not_yours", 403)
    services.delete_message(by=matched.sell, message=message)
    message.refresh_from_db()
    assert (message.text, message.deleted_at is not None) == ("", True)
    assert AuditEntry.objects.get(verb="delete_message").facts["text"] == "Our floor price is 900."


def test_the_colleague_who_looks_after_it_alone_is_told(matched, talk):
    colleague = factories.user()
    Membership.objects.create(company=matched.seller, user=colleague)
    services.assign(by=matched.sell, enquiry=talk, to=colleague)
    services.reply(by=matched.sell, enquiry=talk, text="Yes.")
    Notice.objects.all().delete()
    services.reply(by=matched.buy, enquiry=talk, text="And the price?")
    assert recipients_of("enquiry_message") == {colleague.pk}


def test_unread_is_kept_per_person(matched, talk):
    rows = Enquiry.objects.of(matched.seller)
    colleague = factories.user()
    Membership.objects.create(company=matched.seller, user=colleague)
    services.see(by=matched.sell, enquiry=talk)
    assert [row.unread for row in rows.with_unread(matched.sell, matched.seller)] == [False]
    assert [row.unread for row in rows.with_unread(colleague, matched.seller)] == [True]
    services.reply(by=matched.buy, enquiry=talk, text="Any news?")
    assert [row.unread for row in rows.with_unread(matched.sell, matched.seller)] == [True]
    assert [row.unread for row in Enquiry.objects.of(matched.wanter).with_unread(matched.buy, matched.wanter)] == [
        False
    ]


def test_a_notice_names_the_other_side_in_the_letters_of_its_reader(matched):
    matched.wanter.legal_name = matched.wanter.name_zh = "昆明云茶进口有限公司"
    matched.wanter.name_latin = "Kunming Yuncha Import"
    matched.wanter.save()
    type(matched.sell).objects.filter(pk=matched.sell.pk).update(language="ar")
    services.ask(by=matched.buy, company=matched.wanter, product=matched.product, text=TEXT)
    notice = Notice.objects.get(kind="enquiry_message", recipient=matched.sell)
    with translation.override("ar"):
        assert "Kunming Yuncha Import" in mail.subject(notice)
    assert notice.context["other"] == {"ar": "Kunming Yuncha Import", "en": "Kunming Yuncha Import"}
    assert notice.context["country"] == {"ar": "الصين", "en": "China"}
