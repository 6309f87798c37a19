"""A meeting that stays keeps its table, and the plan gives that table to nobody else in its slot."""

from matchmaker.events import services
from matchmaker.events.models import Meeting


def test_a_plan_around_a_locked_meeting_is_published_and_leaves_it_at_its_table(hall):
    quiet, busy = hall.comes("supplier"), hall.comes("supplier")
    buyers = [hall.comes("buyer") for _n in range(3)]
    stays = hall.book(quiet, buyers[0], 0)
    services.lock_meeting(by=hall.organiser, meeting=stays, locked=True)
    for buyer in buyers:
        hall.wish(busy, buyer, "must")
    draft = hall.plan()
    services.publish_plan(by=hall.organiser, draft=draft)
    stays.refresh_from_db()
    assert (stays.status, stays.starts_at, stays.table) == ("planned", hall.slots[0], 1)
    assert Meeting.objects.active().count() == 4
