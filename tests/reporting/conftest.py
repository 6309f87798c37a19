"""A campaign in which something happened: four suppliers, three buyers, an event, two deals."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from matchmaker.campaigns.models import Enrolment, Participation
from matchmaker.directory.services import set_rate
from matchmaker.events import services as events
from matchmaker.messaging import services as messaging
from matchmaker.reporting.services.facts import Scope
from tests import factories
from tests.events.conftest import Hall

TEXT = "We look for fragrant rice in 5 kg bags for our shops in Hubei, about 20 t a month from March. Can you supply?"


class Season:
    """Thai suppliers 0 to 2 belong to a partner, supplier 3 is French. Suppliers 0 and 1 talk with buyer 0."""

    def __init__(self):
        self.hall = Hall(slug="past")
        self.organiser, self.campaign = self.hall.organiser, self.hall.event.campaign
        self.sellers = [self.hall.comes("supplier") for _n in range(4)]
        self.buyers = [self.hall.comes("buyer") for _n in range(3)]
        self.partner, self.desk = factories.partner(self.campaign)
        for number, row in enumerate(self.sellers):
            company = row.company
            if number == 3:
                company.country = "FR"
                company.save()
            else:
                Enrolment.objects.create(partner=self.partner, company=company)
            Participation.objects.create(campaign=self.campaign, company=company, side="supplier")
        for row in self.buyers:
            Participation.objects.create(campaign=self.campaign, company=row.company, side="buyer")
        listed = factories.supplier()  # from a sheet: no person of its own yet
        listed.memberships.all().delete()
        Participation.objects.create(campaign=self.campaign, company=listed, side="supplier")
        self._meet()
        self._deal()

    def _meet(self):
        """Two held (rated 5, 4 and 3), one missed, one disputed; 4 of 8 places used."""
        first = [self.hall.book(self.sellers[n], self.buyers[0], n) for n in range(3)]
        first.append(self.hall.book(self.sellers[3], self.buyers[1], 0))
        self.hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(days=3))
        for meeting in first:
            meeting.refresh_from_db()
        self._report_outcome(first[0], self.sellers[0], "held", rating=5)
        self._report_outcome(first[0], self.buyers[0], "held", rating=4)
        self._report_outcome(first[1], self.sellers[1], "cut_short", rating=3)
        self._report_outcome(first[2], self.buyers[0], "missed")
        self._report_outcome(first[3], self.sellers[3], "held")
        self._report_outcome(first[3], self.buyers[1], "missed")
        self.meetings = first

    @staticmethod
    def _report_outcome(meeting, row, outcome, **more):
        events.mark_meeting(by=factories.member_of(row.company), meeting=meeting, outcome=outcome, **more)

    def _deal(self):
        """Two confirmed orders (1,000 USD at 7.10 and 500 CNY), one of them shipped; one intent is denied."""
        today = timezone.localdate()
        rate = {"yuan": Decimal("7.10"), "as_of": today - dt.timedelta(days=5), "source": "example"}
        set_rate(by=self.organiser, campaign=self.campaign, currency="USD", **rate)
        buyer = self.buyers[0].company
        buy = factories.member_of(buyer)
        self.talks = []
        for row, amount, currency in ((self.sellers[0], "1000", "USD"), (self.sellers[1], "500", "CNY")):
            product = factories.product(row.company)
            line = factories.demand(buyer, lines=1).lines.get()
            factories.match(product, line)
            talk = messaging.ask(by=buy, company=buyer, product=product, text=TEXT)
            sell = factories.member_of(row.company)
            messaging.reply(by=sell, enquiry=talk, text="Yes, gladly.")
            step = messaging.say_step(
                by=sell, enquiry=talk, rung="order", happened_on=today, amount=Decimal(amount), currency=currency
            )
            messaging.answer_step(by=buy, step=step, confirm=True)
            self.talks.append((talk, sell))
        talk, sell = self.talks[0]
        step = messaging.say_step(by=sell, enquiry=talk, rung="shipment", happened_on=today)
        messaging.answer_step(by=buy, step=step, confirm=True)
        talk, sell = self.talks[1]
        step = messaging.say_step(by=sell, enquiry=talk, rung="intent", happened_on=today)
        messaging.answer_step(by=buy, step=step, confirm=False, why="We only asked.")

    @property
    def scope(self) -> Scope:
        return Scope((self.campaign,))


@pytest.fixture
def season(db):
    return Season()
