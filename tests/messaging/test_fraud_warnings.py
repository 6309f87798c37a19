"""Who is warned of what beside a message: its reader, on the page, in the API and in the letter; never its sender."""

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.messaging import services
from matchmaker.messaging.models import Message, Report, Side
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db

ACCOUNT = "Please note that our bank account has changed, use the new IBAN."
SENTENCE = "The message names a new or changed bank account."


def kinds_for(talk, side):
    messages = list(talk.messages.reached())
    found = services.warnings_for(talk, side, messages)
    return [[warning.kind for warning in found.get(message.pk, [])] for message in messages]


def test_a_changed_account_in_the_middle_of_a_deal_is_shown_to_its_reader_alone(talk, matched):
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    services.reply(by=matched.sell, enquiry=talk, text=ACCOUNT)
    assert kinds_for(talk, Side.BUYER) == [[], [], ["account"]]
    assert kinds_for(talk, Side.SUPPLIER) == [[], [], []]


def test_a_message_with_a_warning_is_delivered_like_any_other(talk, matched):
    message = services.reply(by=matched.sell, enquiry=talk, text=ACCOUNT)
    talk.refresh_from_db()
    assert (message.state, message.hold, talk.owes) == (Message.State.SENT, "", Side.BUYER)


def test_the_page_warns_the_reader_in_the_language_of_the_page_and_not_the_sender(client, talk, matched):
    services.reply(by=matched.sell, enquiry=talk, text=ACCOUNT)
    address = reverse("enquiry", args=[talk.uid])
    client.force_login(matched.buy)
    page = client.get(address).text
    assert (SENTENCE in page, "https://www.ic3.gov/PSA/2024/PSA240911" in page) == (True, True)
    type(matched.buy).objects.filter(pk=matched.buy.pk).update(language="fr")
    assert "Le message indique un compte bancaire" in client.get(address, headers={"accept-language": "fr"}).text
    client.force_login(matched.sell)
    assert SENTENCE not in client.get(address).text


def test_the_api_has_the_warnings_of_the_reader_and_none_for_the_sender(client, talk, matched):
    services.reply(by=matched.sell, enquiry=talk, text=ACCOUNT)
    address = reverse("api_enquiry", args=[talk.uid])
    client.force_login(matched.buy)
    first, second = client.get(address).json()["messages"]
    assert (first["warnings"], [warning["kind"] for warning in second["warnings"]]) == ([], ["account"])
    assert set(second["warnings"][0]) == {"kind", "sentence", "detail", "authority", "source", "url"}
    client.force_login(matched.sell)
    assert [message["warnings"] for message in client.get(address).json()["messages"]] == [[], []]


def test_the_letter_has_one_line_of_warning_in_the_language_of_its_reader(talk, matched):
    matched.buy.language = "zh-hans"
    matched.buy.save()
    services.reply(by=matched.sell, enquiry=talk, text=ACCOUNT)
    notice = Notice.objects.get(kind="enquiry_message", recipient=matched.buy)
    letter = mail.build(matched.buy, notice.kind, "enquiry", notice.context, key="k")
    assert letter.body.count("消息里提到新的或变更过的银行账户") == 1
    assert "<strong>消息里提到新的或变更过的银行账户" in letter.alternatives[0].content
    services.reply(by=matched.buy, enquiry=talk, text="Thank you, we shall see.")
    to_seller = Notice.objects.filter(kind="enquiry_message", recipient=matched.sell)
    assert [notice.context["warning"] for notice in to_seller] == ["", ""]


def test_nothing_of_an_unnamed_buyer_shows_through_a_warning(pair):
    pair.wanter.founded, pair.wanter.website = timezone.localdate().year, "https://acme-foods.example"
    pair.wanter.save()
    text = "We order 240,000 pallets. See acme-food.example for more about all that we do."
    named = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=text)
    assert kinds_for(named, Side.SUPPLIER) == [["lookalike", "young"]]
    named.buyer_named = False
    assert kinds_for(named, Side.SUPPLIER) == [[]]


def test_the_amount_of_a_request_for_a_quote_counts_for_a_young_company(pair):
    pair.wanter.founded = timezone.localdate().year
    pair.wanter.save()
    terms = {"quantity": 240_000, "unit": "pallet", "text": ""}
    result = services.request_quotes(by=pair.buy, company=pair.wanter, subjects=[pair.product], **terms)
    talk = result.request.lines.get().enquiry
    assert kinds_for(talk, Side.SUPPLIER) == [["young"]]


def test_a_number_to_write_to_is_a_sign_until_the_reader_has_answered(talk, matched):
    other = factories.product(matched.seller)
    enquiry = services.ask(
        by=matched.buy, company=matched.wanter, product=other, text="Please add my WhatsApp +86 138 0013 8000 for this."
    )
    assert kinds_for(enquiry, Side.SUPPLIER) == [["contact"]]
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    services.reply(by=matched.buy, enquiry=talk, text="Please add my WhatsApp +86 138 0013 8000 for this.")
    assert kinds_for(talk, Side.SUPPLIER) == [[], [], []]


def test_a_message_is_reported_in_two_taps(client, talk, matched):
    """The link beside the message, and the reason: each reason is a button of its own that sends."""
    client.force_login(matched.sell)
    address = reverse("enquiry_message_report", args=[talk.messages.get().uid])
    assert address in client.get(reverse("enquiry", args=[talk.uid])).text
    page = client.get(address).text
    buttons = [reason for reason in Report.Reason.values if f'name="reason"\n            value="{reason}"' in page]
    assert buttons == Report.Reason.values
    client.post(address, {"reason": "fraud"})
    assert Report.objects.get().reason == "fraud"


def test_a_report_without_a_reason_is_asked_for_one_and_keeps_the_note(client, talk, matched):
    client.force_login(matched.sell)
    answer = client.post(reverse("enquiry_message_report", args=[talk.messages.get().uid]), {"note": "They want cash"})
    assert (answer.status_code, "They want cash" in answer.text, Report.objects.exists()) == (422, True, False)
