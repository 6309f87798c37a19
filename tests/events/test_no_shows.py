"""Companies that may not come: odds from earlier events, plans that count on them, and prepared replacements."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.events import services
from matchmaker.events.models import Event, Meeting
from matchmaker.events.services import snapshot as snapshots


def earlier(hall, supplier, buyer, *, missed: bool, number: int):
    """A meeting of an event three weeks before; the supplier stays away where it was missed."""
    day = hall.event.starts_on - dt.timedelta(days=21)
    values = {"campaign": hall.event.campaign, "name": {"en": "Before"}, "city": {"en": "Wuhan"}}
    past, _new = Event.objects.get_or_create(slug="before", defaults={**values, "starts_on": day, "ends_on": day})
    return Meeting.objects.create(
        event=past,
        supplier=supplier.company,
        buyer=buyer.company,
        starts_at=past.slots()[number],
        table=1,
        status=Meeting.Status.MISSED if missed else Meeting.Status.HELD,
        absent="supplier" if missed else "",
    )


@pytest.fixture
def history(hall):
    """A supplier that missed three of three, one that kept one of one, and two buyers that came each time."""
    suppliers, buyers = [hall.comes("supplier") for _n in range(2)], [hall.comes("buyer") for _n in range(2)]
    third = hall.comes("buyer")
    for number, buyer in enumerate([*buyers, third]):
        earlier(hall, suppliers[0], buyer, missed=True, number=number)
    earlier(hall, suppliers[1], buyers[0], missed=False, number=3)
    return suppliers, buyers


def test_nothing_is_said_without_an_earlier_event(hall):
    row = hall.comes("supplier")
    assert services.no_shows(hall.event, {row.company_id}) == {}


def test_odds_mix_the_own_record_with_the_average_of_all(hall, history):
    suppliers, _buyers = history
    new = hall.comes("supplier")
    found = services.no_shows(hall.event, {suppliers[0].company_id, suppliers[1].company_id, new.company_id})
    # 8 sides of 4 meetings, 3 missed: 37.5 %, which counts like five meetings.
    assert {key: round(row.odds, 4) for key, row in found.items()} == {
        suppliers[0].company_id: round((3 + 5 * 0.375) / 8, 4),
        suppliers[1].company_id: round((0 + 5 * 0.375) / 6, 4),
        new.company_id: 0.375,
    }
    assert (found[new.company_id].own.of, found[new.company_id].all.of) == (0, 8)


def test_the_meetings_of_this_event_do_not_count(hall, history):
    suppliers, buyers = history
    before = services.no_shows(hall.event, {buyers[0].company_id})
    meeting = hall.book(suppliers[1], buyers[0], 0)
    Meeting.objects.filter(pk=meeting.pk).update(status="missed", absent="buyer")
    assert services.no_shows(hall.event, {buyers[0].company_id}) == before


def test_a_plan_by_choice_weighs_meetings_by_the_odds_and_gives_spare_ones(hall, history):
    suppliers, buyers = history
    hall.wish(suppliers[0], buyers[0], "must")
    plain = snapshots.of_event(hall.event, {"most": 2}).instance
    counted = snapshots.of_event(hall.event, {"most": 2, "expects_no_shows": True}).instance
    assert plain.edges[0, 2] == 1000
    odds = services.no_shows(hall.event, {suppliers[0].company_id, buyers[0].company_id})
    kept = (1 - odds[suppliers[0].company_id].odds) * (1 - odds[buyers[0].company_id].odds)
    assert counted.edges[0, 2] == round(1000 * kept)
    assert {party.cap for party in plain.parties} == {2}
    assert {party.cap for party in counted.parties} == {3}  # 2 × 1.36: the odds are 36 % on average


def test_a_meeting_at_risk_has_a_replacement_that_is_free_and_wished_for(client, hall, history):
    suppliers, buyers = history
    hall.book(suppliers[0], buyers[0], 0)
    hall.wish(buyers[0], suppliers[1], "must")
    found = {one.absent: one for one in services.fill_ins(hall.event, hall.slots[0])}
    risk = found[suppliers[0].company]
    assert (risk.waiting, risk.instead, risk.no_show.percent) == (buyers[0].company, suppliers[1].company, 61)
    hall.book(suppliers[1], buyers[1], 0)
    taken = {one.absent: one.instead for one in services.fill_ins(hall.event, hall.slots[0])}
    assert taken[suppliers[0].company] is None
    client.force_login(hall.organiser)
    page = client.get(reverse("console_event_today", args=["wuhan"]))
    assert page.context["prepared"][0]["fill_in"].absent == suppliers[0].company
    assert "It kept 0 of 3 earlier meetings." in " ".join(page.content.decode().split())
