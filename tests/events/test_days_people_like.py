"""Events like the sample, 32 suppliers and 16 buyers over two days, planned as the page of the team plans them."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.events import services
from matchmaker.events.models import EventParticipation, PlanDraft, Wish
from matchmaker.events.services import snapshot as snapshots
from matchmaker.web.console.events.forms import PlanForm
from tests.engines.planning.checker import check
from tests.events.conftest import Hall


def crowd(hall: Hall, seed: int) -> None:
    """Half of all pairs wish to meet; one company in five is away on half a day."""
    chance = random.Random(seed)
    companies = {}
    for side, count in (("supplier", 32), ("buyer", 16)):
        rows = [
            Company(legal_name=f"{side} {number}", country="TH", status="approved", **{f"is_{side}": True})
            for number in range(count)
        ]
        companies[side] = Company.objects.bulk_create(rows)
        for company in companies[side]:
            begin = chance.choice((0, 7, 14, 21))
            away = hall.slots[begin : begin + 7] if chance.random() < 0.2 else []
            EventParticipation.objects.create(
                event=hall.event,
                company=company,
                side=side,
                away=[slot.isoformat() for slot in away],
                registered_at=timezone.now(),
            )
    for supplier in companies["supplier"]:
        for buyer in companies["buyer"]:
            for one, other in ((supplier, buyer), (buyer, supplier)):
                if chance.random() < 0.3:
                    kind = chance.choice(("must", "would"))
                    Wish.objects.create(event=hall.event, company=one, other=other, kind=kind)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_comes_again_for_one_meeting_or_meets_at_lunch_and_mornings_fill_first(client, seed):
    day = timezone.localdate() + dt.timedelta(days=21)
    hall = Hall(ends_on=day + dt.timedelta(days=1), opens_at="09:00", closes_at="17:00", tables=10, capacity=60)
    hall.event.refresh_from_db()
    crowd(hall, seed)
    fields = PlanForm(event=hall.event).fields
    form = {name: field.initial for name, field in fields.items() if field.initial not in (None, False)}
    client.force_login(hall.organiser)
    start = reverse("console_event_plan_start", args=[hall.event.slug])
    assert client.post(start, {**form, "seconds": "4"}).status_code == 302
    assert services.compute_plan()
    draft = PlanDraft.objects.get()
    assert check(draft.instance["data"], draft.result).faults == []
    standing, made = snapshots.of_draft(draft)
    # No second day for one meeting, at a loss of at most one percent, and the page tells the price.
    assert sum(agenda.single_days for agenda in made.agendas) == 0
    assert made.given_up_weight <= 0.01 * made.bound
    assert draft.gap <= 0.01 + made.given_up_weight / made.bound
    page = client.get(reverse("console_event_plan", args=[hall.event.slug, draft.uid])).content.decode()
    assert "Keeping lunch free costs at most" in page or not draft.result["lunch_price"]
    if made.given_up:
        assert f"saves {made.days_saved} further day" in page
    # No one meets at lunch, and the first two hours in the morning hold more meetings than the last two.
    begins = [
        standing.slots[slot].astimezone(ZoneInfo(hall.event.time_zone)).time() for *_pair, slot, _table in made.meetings
    ]
    assert not [at for at in begins if dt.time(11, 35) < at < dt.time(13)]
    early, late = (
        sum(low <= at < high for at in begins) for low, high in ((dt.time(9), dt.time(11)), (dt.time(15), dt.time(17)))
    )
    assert early > late
