"""An event in Wuhan in three weeks, its team, and companies that are registered."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from matchmaker.events import services
from matchmaker.events.models import Event
from tests import factories


class Hall:
    """The event of a test; every verb is called by somebody who may."""

    def __init__(self, **fields):
        self.organiser = factories.organiser()
        campaign = self.organiser.organiser_of.get().campaign
        day = timezone.localdate() + dt.timedelta(days=21)
        values = {
            "campaign": campaign,
            "slug": "wuhan",
            "name": {"en": "Wuhan meetings", "zh-hans": "武汉洽谈会"},
            "city": {"en": "Wuhan"},
            "starts_on": day,
            "ends_on": day,
            "opens_at": dt.time(9),
            "closes_at": dt.time(11),
            "tables": 2,
            "capacity": 20,
            "status": Event.Status.PUBLISHED,
        }
        self.event = Event.objects.create(**{**values, **fields})
        self.slots = self.event.slots()

    def comes(self, side: str, **fields):
        """A company of that side, registered."""
        company = factories.supplier() if side == "supplier" else factories.buyer()
        by = factories.member_of(company)
        return services.register_for_event(by=by, event=self.event, company=company, side=side, **fields)

    def wish(self, row, other, kind: str):
        by = factories.member_of(row.company)
        return services.wish(by=by, event=self.event, company=row.company, other=other.company, kind=kind)

    def ask(self, row, other, note: str = ""):
        by = factories.member_of(row.company)
        return services.request_meeting(by=by, event=self.event, company=row.company, other=other.company, note=note)

    def book(self, supplier, buyer, slot: int):
        return services.book_meeting(
            by=self.organiser,
            event=self.event,
            supplier=supplier.company,
            buyer=buyer.company,
            starts_at=self.slots[slot],
        )

    def plan(self, **options):
        """A computed draft."""
        draft = services.start_plan(by=self.organiser, event=self.event, **{"seconds": 1, **options})
        services.compute_plan()
        draft.refresh_from_db()
        return draft

    def move_to(self, instant: dt.datetime):
        """Shift the event so that its first slot is at the instant; meetings move along.

        It moves to a zone where the instant is in the morning: a day of meetings ends before midnight.
        """
        shift = instant - self.slots[0]
        hours = max(-12, 10 - instant.astimezone(dt.UTC).hour)
        zone = f"Etc/GMT{-hours:+d}"  # the sign of these names is turned round
        local = instant.astimezone(ZoneInfo(zone))
        Event.objects.filter(pk=self.event.pk).update(
            time_zone=zone,
            starts_on=local.date(),
            ends_on=local.date(),
            opens_at=local.time(),
            closes_at=(local + dt.timedelta(hours=2)).time(),
        )
        self.event.refresh_from_db()
        for meeting in self.event.meetings.all():
            meeting.starts_at += shift
            meeting.save(update_fields=["starts_at"])
        self.slots = self.event.slots()


@pytest.fixture
def hall(db):
    return Hall()
