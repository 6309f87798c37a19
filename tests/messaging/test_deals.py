"""Quotes, samples, the ladder, and what time brings."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.messaging import services
from matchmaker.messaging.models import DealStep, Enquiry, Quote, Sample, StepPaper
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from tests import factories
from tests.files import ACTIVE_PDF, on_disk, paper, pdf
from tests.messaging.conftest import TEXT

pytestmark = pytest.mark.django_db


def terms(**changed):
    values = {
        "price": Decimal("950"),
        "currency": "USD",
        "price_unit": "t",
        "incoterm": "CIF",
        "incoterm_place": "Shanghai",
        "valid_until": timezone.localdate() + dt.timedelta(days=30),
    }
    return {**values, **changed}


def code(call, *args, **kwargs) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code, caught.value.status


def confirmed() -> list[str]:
    return list(DealStep.objects.confirmed().order_by("pk").values_list("rung", flat=True))


def later(**delta):
    return time_machine.travel(timezone.now() + dt.timedelta(**delta), tick=False)


# -- quotes ------------------------------------------------------------------------------------------------------------
def test_a_newer_quote_replaces_the_older_one(matched, talk):
    services.quote(by=matched.sell, enquiry=talk, **terms())
    services.quote(by=matched.sell, enquiry=talk, **terms(price=Decimal("930")))
    assert [(q.version, q.status) for q in talk.quotes.order_by("version")] == [(1, "replaced"), (2, "open")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"price": Decimal("0")}, "price"),
        ({"currency": "XXX"}, "currency"),
        ({"price_unit": "stone"}, "price_unit"),
        ({"valid_until": dt.date(2020, 1, 1)}, "valid_until"),
        ({"min_order": Decimal("5")}, "min_order_unit"),
        ({"incoterm": "FOC"}, "incoterm"),
        ({"incoterm_place": ""}, "incoterm_place"),
    ],
)
def test_terms_of_a_quote_are_checked_like_a_products(matched, talk, changed, field):
    with pytest.raises(ValidationError) as caught:
        services.quote(by=matched.sell, enquiry=talk, **terms(**changed))
    assert list(caught.value.error_dict) == [field]


def test_a_quote_on_a_demand_names_its_line(pair):
    asked = services.ask(by=pair.sell, company=pair.seller, demand=pair.demand, text=TEXT)
    with pytest.raises(ValidationError):
        services.quote(by=pair.sell, enquiry=asked, **terms())
    made = services.quote(by=pair.sell, enquiry=asked, line=pair.line, **terms())
    assert (made.line, list(Quote.objects.for_demand(pair.demand))) == (pair.line, [made])


def test_a_buyer_asks_about_a_quote_before_accepting_it(matched, talk):
    made = services.quote(by=matched.sell, enquiry=talk, **terms())
    with pytest.raises(ValidationError):
        services.answer_quote(by=matched.buy, quote=made, answer="question")
    services.answer_quote(by=matched.buy, quote=made, answer="question", note="Is the bag included?")
    talk.refresh_from_db()
    assert (talk.quotes.get().status, talk.owes) == ("question", "supplier")
    services.answer_quote(by=matched.buy, quote=made, answer="accepted")
    assert code(services.quote, by=matched.sell, enquiry=talk, **terms()) == ("accepted_already", 409)


def test_the_key_of_a_notice_about_a_quote_names_what_happened_and_no_time(matched, talk):
    made = services.quote(by=matched.sell, enquiry=talk, **terms())
    services.answer_quote(by=matched.buy, quote=made, answer="question", note="Is the bag included?")
    services.withdraw_quote(by=matched.sell, quote=made)
    question, withdrawn = made.events.order_by("pk")
    notices = Notice.objects.filter(kind="enquiry_quote").order_by("pk")
    assert [(row.event_key, row.context["text"]) for row in notices] == [
        (f"enquiry_quote:{made.uid}:buyer", ""),
        (f"enquiry_quote:{made.uid}:{question.pk}:supplier", "Is the bag included?"),
        (f"enquiry_quote:{made.uid}:{withdrawn.pk}:buyer", ""),
    ]


def test_a_quote_that_ran_out_is_not_accepted(matched, talk):
    made = services.quote(by=matched.sell, enquiry=talk, **terms())
    with later(days=40):
        assert code(services.answer_quote, by=matched.buy, quote=made, answer="accepted") == ("quote_ran_out", 409)


def test_neither_side_plays_the_other(matched, talk):
    made = services.quote(by=matched.sell, enquiry=talk, **terms())
    assert code(services.quote, by=matched.buy, enquiry=talk, **terms()) == ("suppliers_quote", 403)
    assert code(services.answer_quote, by=matched.sell, quote=made, answer="accepted") == ("other_side", 403)
    stranger = factories.user()
    assert code(services.answer_quote, by=stranger, quote=made, answer="accepted") == ("not_found", 404)
    assert list(Quote.objects.visible_to(stranger)) == []


def test_quotes_in_different_units_compare_by_the_base_unit(matched, talk):
    made = services.quote(by=matched.sell, enquiry=talk, **terms())
    assert services.per_base_unit(made) == (Decimal("0.9500"), "kg")
    boxed = services.quote(by=matched.sell, enquiry=talk, **terms(price_unit="carton"))
    assert services.per_base_unit(boxed) is None


# -- samples -----------------------------------------------------------------------------------------------------------
def test_a_sample_goes_step_by_step_and_its_arrival_is_the_second_rung(matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes.")
    sample = services.ask_sample(by=matched.buy, enquiry=talk, what="2 kg")
    assert code(services.ask_sample, by=matched.buy, enquiry=talk, what="2 kg") == ("sample_on_its_way", 409)
    assert code(services.move_sample, by=matched.buy, sample=sample, stage="received") == ("sample_order", 409)
    assert code(services.move_sample, by=matched.buy, sample=sample, stage="sent") == ("other_side", 403)
    services.move_sample(by=matched.sell, sample=sample, stage="sent", carrier="DHL", tracking="JD01")
    services.move_sample(by=matched.buy, sample=sample, stage="received")
    with pytest.raises(ValidationError):
        services.move_sample(by=matched.buy, sample=sample, stage="judged")
    services.move_sample(by=matched.buy, sample=sample, stage="judged", verdict="good")
    sample.refresh_from_db()
    assert (sample.stage, sample.verdict, sample.tracking) == ("judged", "good", "JD01")
    assert list(DealStep.objects.values_list("rung", "answer")) == [("sample", "confirmed")]


def test_the_database_itself_refuses_a_sample_that_arrives_unsent(talk):
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.create(enquiry=talk, what="2 kg", stage="received", asked_at=timezone.now())


# -- the ladder --------------------------------------------------------------------------------------------------------
def test_a_rung_counts_when_the_other_side_confirms_it(matched, talk):
    today = timezone.localdate()
    say = {"enquiry": talk, "happened_on": today}
    assert code(services.say_step, by=matched.sell, rung="shipment", **say) == ("order_first", 409)
    order = services.say_step(by=matched.sell, rung="order", amount=Decimal("48000"), currency="USD", **say)
    assert confirmed() == []
    assert code(services.answer_step, by=matched.sell, step=order, confirm=True) == ("other_side", 403)
    services.answer_step(by=matched.buy, step=order, confirm=True)
    shipped = services.say_step(by=matched.buy, rung="shipment", **say)
    services.answer_step(by=matched.sell, step=shipped, confirm=True)
    assert confirmed() == ["order", "shipment"]


def test_a_denied_rung_says_why_and_can_be_said_again(matched, talk):
    today = timezone.localdate()
    first = services.say_step(by=matched.sell, enquiry=talk, rung="order", happened_on=today)
    with pytest.raises(ValidationError):
        services.answer_step(by=matched.buy, step=first, confirm=False)
    services.answer_step(by=matched.buy, step=first, confirm=False, why="We only asked for a quote.")
    services.say_step(by=matched.sell, enquiry=talk, rung="order", happened_on=today)
    assert confirmed() == []


def test_the_database_lets_nobody_confirm_her_own_word(talk):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        DealStep.objects.create(
            enquiry=talk,
            rung="order",
            happened_on=now.date(),
            said_by="buyer",
            said_at=now,
            answer="confirmed",
            answered_by="buyer",
            answered_at=now,
        )


# -- time --------------------------------------------------------------------------------------------------------------
def test_only_the_side_that_owes_an_answer_is_reminded_and_twice_at_most(matched, talk):
    reminded = []
    for days in (2, 4, 5, 8, 20, 60):
        with later(days=days):
            reminded.append(services.remind_owing())
    assert reminded == [0, 1, 0, 1, 0, 0]
    assert set(Notice.objects.filter(kind="enquiry_reminder").values_list("recipient", flat=True)) == {matched.sell.pk}


def test_nothing_to_answer_means_no_reminder(matched, talk):
    services.nothing_to_answer(by=matched.sell, enquiry=talk)
    with later(days=10):
        assert services.remind_owing() == 0


def test_a_request_nobody_answers_ends_after_three_weeks_and_frees_its_place(pair):
    asked = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=TEXT)
    assert services.open_requests(pair.wanter).count() == 1
    with later(days=22):
        assert (services.expire_enquiries(), services.expire_enquiries()) == (1, 0)
    asked.refresh_from_db()
    assert (asked.status, services.open_requests(pair.wanter).count()) == ("expired", 0)


def test_weeks_later_each_side_is_asked_once_what_became_of_it(matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes.")
    with later(weeks=5):
        assert services.ask_follow_ups() == 0
    with later(weeks=7):
        assert (services.ask_follow_ups(), services.ask_follow_ups()) == (2, 0)
    row = talk.follow_ups.get(side="buyer")
    services.answer_follow_up(by=matched.buy, follow_up=row, answer="deal")
    assert code(services.answer_follow_up, by=matched.sell, follow_up=row, answer="no") == ("not_found", 404)
    row.refresh_from_db()
    assert row.answer == "deal"


def test_reply_rate_counts_answers_within_a_week_and_waits_for_young_ones(pair):
    assert services.reply_rate(pair.seller) is None
    now = timezone.now()
    ages = [(30, 2), (30, 24 * 9), (30, None), (2, None), (2, 10)]  # days ago, hours until the answer
    for days, hours in ages:
        asked = now - dt.timedelta(days=days)
        Enquiry.objects.create(
            supplier=pair.seller,
            buyer=factories.buyer(),
            asked_by="buyer",
            basis="request",
            subject="Rice",
            status="open",
            delivered_at=asked,
            answered_at=None if hours is None else asked + dt.timedelta(hours=hours),
            touched_at=now,
        )
    assert services.reply_rate(pair.seller) == services.ReplyRate(asked=4, answered=2, median_hours=6)


# -- documents behind a step -------------------------------------------------------------------------------------------
@pytest.fixture
def order(matched, talk):
    """An order that the supplier said and that the buyer has not answered."""
    return services.say_step(by=matched.sell, enquiry=talk, rung="order", happened_on=timezone.localdate())


def test_either_side_puts_a_document_behind_a_step_and_the_other_side_has_news(matched, talk, order, settings):
    given = services.back_step(by=matched.sell, step=order, file=paper("Contract 7.pdf", pdf(b"1")), number=" PO-7 ")
    assert (given.given_by, given.number, given.name, given.size) == (
        "supplier",
        "PO-7",
        "Contract 7.pdf",
        len(pdf(b"1")),
    )
    again = services.back_step(by=matched.buy, step=order, file=paper("the same.pdf", pdf(b"1")))
    assert again == given
    services.answer_step(by=matched.buy, step=order, confirm=True)
    invoice = services.back_step(by=matched.buy, step=order, file=paper("invoice.pdf", pdf(b"2")))
    assert (invoice.given_by, order.papers.count(), len(on_disk(settings))) == ("buyer", 2, 2)


def test_documents_of_a_step_are_for_its_two_sides(matched, talk, order):
    given = services.back_step(by=matched.sell, step=order, file=paper("contract.pdf"))
    stranger = factories.member_of(factories.buyer())
    seen = [StepPaper.objects.visible_to(person).count() for person in (matched.sell, matched.buy, stranger)]
    assert (seen, str(given)) == ([1, 1, 0], "contract.pdf")
    with pytest.raises(Refused) as refused:
        services.back_step(by=stranger, step=order, file=paper("other.pdf", pdf(b"9")))
    assert refused.value.status == 404


def test_no_document_behind_a_denied_step_no_sixth_and_none_that_acts(matched, talk, order, settings):
    with pytest.raises(ValidationError) as wrong:
        services.back_step(by=matched.sell, step=order, file=paper("contract.pdf", ACTIVE_PDF))
    assert (wrong.value.error_dict["files"][0].code, on_disk(settings)) == ("pdf_active", [])
    for number in range(5):
        services.back_step(by=matched.sell, step=order, file=paper(content=pdf(b"%d" % number)))
    assert code(services.back_step, by=matched.sell, step=order, file=paper(content=pdf(b"6"))) == (
        "too_many_papers",
        409,
    )
    services.answer_step(by=matched.buy, step=order, confirm=False, why="Not signed")
    assert code(services.back_step, by=matched.sell, step=order, file=paper()) == ("step_denied", 409)


@pytest.mark.parametrize("rung", ["shipment", "customs", "payment"])
def test_what_follows_an_order_needs_one_that_both_confirmed(matched, talk, order, rung):
    today = timezone.localdate()
    assert code(services.say_step, by=matched.buy, enquiry=talk, rung=rung, happened_on=today)[0] == "order_first"
    services.answer_step(by=matched.buy, step=order, confirm=True)
    assert services.say_step(by=matched.buy, enquiry=talk, rung=rung, happened_on=today).rung == rung


def test_repeat_orders_follow_a_confirmed_order_one_after_the_other(matched, talk, order):
    again = {"enquiry": talk, "rung": "repeat", "happened_on": timezone.localdate(), "currency": "USD"}
    assert code(services.say_step, by=matched.buy, **again) == ("order_first", 409)
    services.answer_step(by=matched.buy, step=order, confirm=True)
    assert services.last_order(talk) == order
    for amount in (48_000, 52_000):
        step = services.say_step(by=matched.buy, amount=Decimal(amount), **again)
        # The next one waits until this one was answered.
        assert code(services.say_step, by=matched.sell, amount=Decimal(1), **again) == ("said_already", 409)
        services.answer_step(by=matched.sell, step=step, confirm=True)
        assert services.last_order(talk) == step
    denied = services.say_step(by=matched.sell, amount=Decimal(60_000), **again)
    services.answer_step(by=matched.buy, step=denied, confirm=False, why="We did not order this.")
    assert services.last_order(talk) == step
    assert confirmed() == ["order", "repeat", "repeat"]


@pytest.mark.parametrize(
    ("rung", "sentence"),
    [
        ("shipment", "says that the first shipment left"),
        ("customs", "says that customs cleared the goods"),
        ("payment", "says that the payment was made"),
        ("repeat", "says that a repeat order was placed"),
    ],
)
def test_the_letter_names_the_step_that_was_recorded(matched, talk, order, rung, sentence):
    services.answer_step(by=matched.buy, step=order, confirm=True)
    services.say_step(by=matched.sell, enquiry=talk, rung=rung, happened_on=timezone.localdate())
    notice = Notice.objects.filter(recipient=matched.buy, kind="enquiry_step").latest("pk")
    letter = mail.build(matched.buy, notice.kind, notice.topic, notice.context | {"path": notice.path}, key="k")
    text, (html, _kind) = letter.body, letter.alternatives[0]
    for body in (text, html):
        assert sentence in " ".join(body.split())
