"""What happened before today in the sample campaign: an event that was held, conversations, deals, a survey.

Everything goes through the services, at past times, in the order in which it happened.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.events import services as events
from matchmaker.events.models import Event, Meeting
from matchmaker.messaging import services as messaging
from matchmaker.messaging.models import Enquiry
from matchmaker.notifications.models import Delivery, Notice
from matchmaker.reporting import services as reporting
from matchmaker.reporting.models import Survey
from matchmaker.running.sample_clock import clock_at, days_ago

HELD = 60  # days ago: the event
TARGETS = {"registered": 150, "met": 40, "agreed": 10, "shipped": 3}
# Each pair of the event: what both sides said of the meeting (supplier, buyer), with their ratings.
OUTCOMES = [
    *([("held", "held", 5, 5)] * 2),
    *([("held", "held", 4, 5)] * 3),
    ("held", "held", 4, 3),
    ("cut_short", "held", 3, 4),
    ("held", "held", 5, 4),
    ("", "missed", None, None),
    ("missed", "", None, None),
    ("held", "missed", 4, None),
]
ANSWERS = [
    (5, ""),
    (4, "More time between meetings."),
    (5, "Interpreters for Portuguese."),
    (3, "The sample corner was too small."),
    (4, ""),
    (5, ""),
]
# What became of each conversation, in steps: days ago and what happened.
STORIES: list[list[tuple[float, str]]] = [
    [
        *((54, "quote"), (52, "accept"), (50, "sample"), (47, "send"), (40, "receive"), (38, "good"), (36, "intent")),
        *((35, "confirm"), (24, "order"), (22, "confirm"), (6, "shipment"), (4, "confirm"), (3, "repeat")),
        (2, "confirm"),
    ],
    [(53, "quote"), (50, "accept"), (30, "order"), (28, "confirm"), (8, "shipment"), (7, "confirm")],
    [(53, "quote"), (51, "sample"), (48, "send"), (39, "receive"), (37, "unfit")],
    [(45, "intent"), (44, "confirm")],
    [(50, "quote"), (46, "accept"), (20, "order"), (18, "confirm")],
    [(41, "intent"), (39, "deny")],
    [(52, "quote"), (49, "decline_quote"), (48, "sample"), (46, "send")],
    [(12, "order")],
]
VALUES = [
    ("48000", "USD"),
    ("31500", "EUR"),
    ("", ""),
    ("260000", "CNY"),
    ("22400", "USD"),
    ("", ""),
    ("", ""),
    ("9000", "USD"),
]


def tell_history(
    campaign: Campaign, organiser: User, event: Event, sellers: list[Company], buyers: list[Company]
) -> None:
    """Hold the event, let the companies talk and trade, and send the survey.

    Args:
        event: published, `HELD` days ago. Four buyers and eleven sellers with a published product take part.
    """
    begun = timezone.now()
    with clock_at(days_ago(HELD + 10)):
        for company, side in [*((one, "supplier") for one in sellers), *((one, "buyer") for one in buyers)]:
            events.register_for_event(by=_person(company), event=event, company=company, side=side)
    _hold(event, organiser, sellers, buyers)
    for number, story in enumerate(STORIES):
        _tell(story, VALUES[number], sellers[number], buyers[number % len(buyers)])
    _make_unanswered(sellers[8], buyers[0], sellers[9], buyers[1])
    _survey()
    with clock_at(days_ago(13.5)):
        messaging.ask_follow_ups()
    with clock_at(days_ago(12)):
        for enquiry, answer in zip(
            Enquiry.objects.filter(follow_ups__side="buyer"), ("deal", "deal", "no"), strict=False
        ):
            follow_up = enquiry.follow_ups.get(side="buyer")
            messaging.answer_follow_up(by=_person(enquiry.buyer), follow_up=follow_up, answer=answer)
    reporting.set_targets(by=organiser, campaign=campaign, values=TARGETS)
    mark_letters_sent(begun)


def _person(company: Company) -> User:
    return company.members.order_by("memberships__id")[0]


def _hold(event: Event, organiser: User, sellers: list[Company], buyers: list[Company]) -> None:
    """Eleven meetings and one that was called off; two companies agreed to meet and found no time."""
    slots = event.slots()
    with clock_at(days_ago(HELD + 5)):
        booked = [
            events.book_meeting(
                by=organiser, event=event, supplier=seller, buyer=buyers[n % 4], starts_at=slots[n // 4]
            )
            for n, seller in enumerate(sellers)
        ]
        off = events.book_meeting(by=organiser, event=event, supplier=sellers[0], buyer=buyers[1], starts_at=slots[3])
        events.cancel_meeting(by=_person(buyers[1]), meeting=off, why="Our buyer is travelling on that day.")
        request = events.request_meeting(by=_person(sellers[1]), event=event, company=sellers[1], other=buyers[2])
        events.answer_request(by=_person(buyers[2]), request=request, accept=True)
    with clock_at(slots[0] - dt.timedelta(minutes=20)):
        for row in event.participations.registered().exclude(company__in=[sellers[8], buyers[9 % 4]]):
            for person in row.attendees.all():
                events.check_in(by=organiser, event=event, code=person.code, gate="A")
    for meeting, (seller, buyer, seller_rating, buyer_rating) in zip(booked, OUTCOMES, strict=True):
        with clock_at(meeting.starts_at + dt.timedelta(minutes=40)):
            _say(meeting, meeting.supplier, seller, seller_rating)
            _say(meeting, meeting.buyer, buyer, buyer_rating)


def _say(meeting: Meeting, company: Company, outcome: str, rating: int | None) -> None:
    if outcome:
        events.mark_meeting(by=_person(company), meeting=meeting, outcome=outcome, rating=rating)


def _tell(story: list[tuple[float, str]], value: tuple[str, str], seller: Company, buyer: Company) -> None:
    """One conversation: the buyer writes about a product, the supplier answers, then the steps of the story."""
    sell, buy = _person(seller), _person(buyer)
    with clock_at(days_ago(HELD - 2)):
        enquiry = _ask(seller, buyer)
    with clock_at(days_ago(HELD - 4)):
        messaging.reply(by=sell, enquiry=enquiry, text="Thank you for the good talk at our table. Yes, we can supply.")
    steps = _steps(enquiry, sell, buy, Decimal(value[0]) if value[0] else None, value[1])
    for days, what in story:
        with clock_at(days_ago(days)):
            steps[what]()


def _ask(seller: Company, buyer: Company) -> Enquiry:
    product = seller.products.order_by("pk")[0]
    text = "We met at the fair. Please send us your prices and the minimum order for our shops in Hubei."
    return messaging.ask(by=_person(buyer), company=buyer, product=product, text=text)


def _steps(enquiry: Enquiry, sell: User, buy: User, amount: Decimal | None, currency: str) -> dict[str, Callable]:
    """What can happen in a conversation, by the word that a story uses."""

    def quote():
        valid_until = timezone.localdate() + dt.timedelta(days=90)
        terms = {"incoterm": "CIF", "incoterm_place": "Wuhan", "valid_until": valid_until}
        product = Product.objects.get(pk=enquiry.product_id)
        price = {"price": product.price_low, "currency": product.currency, "price_unit": product.price_unit}
        messaging.quote(by=sell, enquiry=enquiry, **price, **terms)

    def answer_quote(answer: str):
        messaging.answer_quote(by=buy, quote=enquiry.quotes.get(), answer=answer)

    def move(by: User, stage: str, **fields):
        messaging.move_sample(by=by, sample=enquiry.samples.get(), stage=stage, **fields)

    def say(rung: str):
        quoted = enquiry.quotes.first()  # the order is in its currency
        money = {"amount": amount, "currency": quoted.currency if quoted else currency}
        known = money if rung != "shipment" else {}
        messaging.say_step(by=sell, enquiry=enquiry, rung=rung, happened_on=timezone.localdate(), **known)

    def answer(confirm: bool):
        step = enquiry.steps.get(answer="")
        messaging.answer_step(by=buy, step=step, confirm=confirm, why="" if confirm else "We only talked about it.")

    return {
        "quote": quote,
        "accept": lambda: answer_quote("accepted"),
        "decline_quote": lambda: answer_quote("declined"),
        "sample": lambda: messaging.ask_sample(by=buy, enquiry=enquiry, what="2 kg"),
        "send": lambda: move(sell, "sent", carrier="DHL", tracking="JD014600"),
        "receive": lambda: move(buy, "received"),
        "good": lambda: move(buy, "judged", verdict="good"),
        "unfit": lambda: move(buy, "judged", verdict="unfit"),
        "intent": lambda: say("intent"),
        "order": lambda: say("order"),
        "shipment": lambda: say("shipment"),
        "repeat": lambda: say("repeat"),
        "confirm": lambda: answer(True),
        "deny": lambda: answer(False),
    }


def _make_unanswered(seller: Company, buyer: Company, silent: Company, other: Company) -> None:
    """One enquiry is declined, one gets no answer in three weeks."""
    with clock_at(days_ago(50)):
        refused = _ask(seller, buyer)
        _ask(silent, other)
    with clock_at(days_ago(48)):
        messaging.decline(by=_person(seller), enquiry=refused)
    with clock_at(days_ago(28)):
        messaging.expire_enquiries()


def _survey() -> None:
    with clock_at(days_ago(HELD - 1.5)):
        reporting.send_surveys()
    with clock_at(days_ago(HELD - 3)):
        for survey, (rating, missing) in zip(Survey.objects.order_by("pk"), ANSWERS, strict=False):
            reporting.answer_survey(by=survey.person, survey=survey, rating=rating, missing=missing)


def mark_letters_sent(begun: dt.datetime) -> None:
    """Notices of the past were read and their letters left then: nothing of it is sent today."""
    past = Notice.objects.filter(created_at__lt=begun - dt.timedelta(days=3))
    past.update(read_at=F("created_at"))
    waiting = Delivery.objects.waiting().filter(notice__in=past)
    waiting.update(state=Delivery.State.SENT, finished_at=F("created_at"), attempts=1)
