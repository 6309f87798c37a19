import pytest

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.events.services import plans
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import UnplacedWishes, failure_sentence
from matchmaker.events.services.meetings import clock
from matchmaker.notifications.models import Notice
from tests import factories
from tests.engines.planning.checker import check


def crowd(hall, suppliers=3, buyers=3, kind="would"):
    """Everybody wishes to meet everybody of the other side."""
    rows = [hall.comes("supplier") for _n in range(suppliers)], [hall.comes("buyer") for _n in range(buyers)]
    for supplier in rows[0]:
        for buyer in rows[1]:
            hall.wish(supplier, buyer, kind)
    return rows


@pytest.mark.slow
def test_a_plan_of_the_site_passes_the_independent_checker(hall):
    suppliers, buyers = crowd(hall)
    services.set_availability(
        by=factories.member_of(suppliers[0].company), participation=suppliers[0], away=hall.slots[:2]
    )
    hall.book(suppliers[1], buyers[1], 3)
    draft = hall.plan()
    verdict = check(draft.instance["data"], draft.result)
    assert verdict.faults == []
    assert (draft.state, draft.meetings_count) == ("ready", verdict.meetings)
    assert (draft.objective, draft.gap) == (verdict.objective, max(draft.result["gap"], 0))
    assert 0 < draft.objective <= draft.bound


@pytest.mark.slow
def test_never_is_in_no_plan(hall):
    suppliers, buyers = crowd(hall, 2, 2)
    hall.wish(buyers[0], suppliers[0], "never")
    draft = hall.plan()
    services.publish_plan(by=hall.organiser, draft=draft)
    met = set(Meeting.objects.values_list("supplier", "buyer"))
    assert len(met) == 3
    assert (suppliers[0].company_id, buyers[0].company_id) not in met


@pytest.mark.slow
def test_never_said_after_the_draft_is_left_out_when_it_is_published(hall):
    suppliers, buyers = crowd(hall, 1, 2)
    draft = hall.plan()
    hall.wish(buyers[0], suppliers[0], "never")
    done = services.publish_plan(by=hall.organiser, draft=draft)
    assert (done.new, done.left_out) == (1, 1)


@pytest.mark.slow
def test_publishing_tells_each_person_once_and_again_only_if_her_agenda_changed(hall):
    crowd(hall, 2, 2)
    done = services.publish_plan(by=hall.organiser, draft=hall.plan())
    assert (done.new, done.told) == (4, 4)
    assert {notice.context["calendar"]["maker"] for notice in Notice.objects.all()} == {"events.agenda"}
    again = services.publish_plan(by=hall.organiser, draft=hall.plan())
    assert (again.new, again.cancelled) == (0, 0)
    assert again.same + again.moved == 4
    assert Notice.objects.filter(kind="meetings_published").count() == 4 + again.told
    assert PlanDraft.objects.filter(state="published").count() == 1


@pytest.mark.slow
def test_locked_meetings_stay_and_keep_their_row_when_a_new_plan_is_published(hall):
    suppliers, _buyers = crowd(hall, 2, 2)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    locked = Meeting.objects.first()
    services.lock_meeting(by=hall.organiser, meeting=locked)
    new = hall.comes("buyer")
    hall.wish(new, suppliers[0], "must")
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    kept = Meeting.objects.get(pk=locked.pk)
    assert (kept.starts_at, kept.table, kept.locked) == (locked.starts_at, locked.table, True)
    assert Meeting.objects.active().count() == 5


@pytest.mark.slow
def test_a_draft_that_clashes_with_what_was_booked_meanwhile_changes_nothing(hall):
    suppliers, _buyers = crowd(hall, 1, 1)
    draft = hall.plan()
    _s, _b, slot, _table = draft.result["meetings"][0]
    other = hall.comes("buyer")
    hall.book(suppliers[0], other, slot)
    with pytest.raises(Refused) as refusal:
        services.publish_plan(by=hall.organiser, draft=draft)
    draft.refresh_from_db()
    assert (refusal.value.code, draft.state) == ("plan_clashes", "ready")
    assert Meeting.objects.active().count() == 1


@pytest.mark.slow
def test_a_what_if_with_more_tables_is_not_published(hall):
    crowd(hall, 3, 3)
    draft = hall.plan(tables=3)
    assert draft.meetings_count == 9
    with pytest.raises(Refused) as refusal:
        services.publish_plan(by=hall.organiser, draft=draft)
    assert refusal.value.code == "what_if"


@pytest.mark.slow
def test_every_wish_without_a_meeting_has_a_sentence(hall):
    suppliers, _buyers = crowd(hall, 3, 3, kind="must")
    away = hall.comes("buyer")
    hall.wish(away, suppliers[0], "must")
    services.set_availability(by=factories.member_of(away.company), participation=away, away=hall.slots)
    silent = hall.comes("buyer")
    hall.wish(suppliers[0], silent, "must")
    hall.wish(silent, suppliers[0], "never")
    draft = hall.plan()
    found = UnplacedWishes(draft, *snapshots.of_draft(draft))
    codes = {row.buyer.pk: row.code for row in found if row.supplier.pk == suppliers[0].company_id}
    assert codes[away.company_id] == "no_common_slot"
    assert codes[silent.company_id] == "not_possible"
    wishes = 3 * 3 + 2
    assert len(found) == wishes - draft.meetings_count
    assert all(row.sentence.endswith(".") for row in found)


@pytest.mark.slow
def test_a_draft_is_changed_by_hand_within_its_rules(hall):
    crowd(hall, 2, 1)
    draft = hall.plan()
    by, (s, b, slot, _table) = hall.organiser, draft.result["meetings"][0]
    other = next(row for row in draft.result["meetings"] if row[0] != s)
    with pytest.raises(Refused) as refusal:
        services.move_in_draft(by=by, draft=draft, supplier=s, buyer=b, slot=other[2])
    assert refusal.value.code == "buyer_busy"
    free = next(n for n in range(4) if n not in (slot, other[2]))
    draft = services.move_in_draft(by=by, draft=draft, supplier=s, buyer=b, slot=free)
    assert [s, b, free] in [row[:3] for row in draft.result["meetings"]]
    services.lock_in_draft(by=by, draft=draft, supplier=s, buyer=b)
    draft.refresh_from_db()
    again = services.start_plan(by=by, event=hall.event, base=draft, seconds=1)
    services.compute_plan()
    again.refresh_from_db()
    assert [s, b, free] in again.instance["data"]["fixed"]
    assert check(again.instance["data"], again.result).faults == []
    draft = services.take_out_of_draft(by=by, draft=draft, supplier=s, buyer=b)
    assert draft.meetings_count == 1


def test_only_the_team_plans(hall):
    crowd(hall, 1, 1)
    with pytest.raises(Refused) as refusal:
        services.start_plan(by=factories.user(), event=hall.event)
    assert refusal.value.status == 404


def test_a_plan_needs_both_sides_and_sensible_options(hall):
    with pytest.raises(Refused) as refusal:
        services.start_plan(by=hall.organiser, event=hall.event)
    assert refusal.value.code == "no_supplier"
    with pytest.raises(Refused) as refusal:
        services.start_plan(by=hall.organiser, event=hall.event, seconds=900)
    assert (refusal.value.code, refusal.value.field) == ("option_out_of_bounds", "seconds")


def test_one_plan_at_a_time_and_a_lease_that_ran_out_is_claimed_again(hall):
    crowd(hall, 1, 1)
    draft = services.start_plan(by=hall.organiser, event=hall.event)
    with pytest.raises(Refused) as refusal:
        services.start_plan(by=hall.organiser, event=hall.event)
    assert refusal.value.code == "plan_already_going"
    first = plans.claim_plan()
    assert plans.claim_plan() is None
    PlanDraft.objects.update(lease_until=draft.created_at)
    assert plans.claim_plan().lease_token != first.lease_token


def test_a_plan_that_was_stopped_keeps_no_result(hall):
    crowd(hall, 1, 1)
    draft = services.start_plan(by=hall.organiser, event=hall.event)
    services.discard_plan(by=hall.organiser, draft=draft)
    assert services.compute_plan() is False
    draft.refresh_from_db()
    assert (draft.state, draft.result) == ("discarded", {})


@pytest.mark.slow
def test_an_interpreter_is_planned_where_two_share_no_language_and_never_twice(hall):
    one = hall.comes("supplier", languages=["th"])
    two = hall.comes("supplier", languages=["th"])
    buyers = [hall.comes("buyer", languages=["zh"]) for _n in range(2)]
    for row in (one, two):
        for buyer in buyers:
            hall.wish(row, buyer, "must")
    who = services.add_interpreter(by=hall.organiser, event=hall.event, name="Siriporn", languages=["zh", "th"])
    draft = hall.plan()
    assert check(draft.instance["data"], draft.result).faults == []
    services.publish_plan(by=hall.organiser, draft=draft)
    assert set(Meeting.objects.values_list("interpreter", flat=True)) == {who.pk}
    assert Meeting.objects.values("starts_at").distinct().count() == Meeting.objects.count() == 4


def test_why_agreed_meetings_have_no_plan_is_said_in_the_readers_language(hall):
    supplier, buyers = hall.comes("supplier"), [hall.comes("buyer") for _n in range(2)]
    for buyer in buyers:
        meeting_request = hall.ask(supplier, buyer)
        services.answer_request(by=factories.member_of(buyer.company), request=meeting_request, accept=True)
    by = factories.member_of(supplier.company)
    services.set_availability(by=by, participation=supplier, away=hall.slots[1:])
    draft = hall.plan(given=True)
    name = supplier.company.display_name
    assert (draft.state, draft.failure) == ("failed", {"code": "too_many", "company": name, "meetings": 2, "slots": 1})
    assert failure_sentence(draft) == f"{name} has 2 agreed meetings but is there in only 1 slots."
    draft.failure = {"code": "fixed_twice", "company": name, "slot": hall.slots[0].isoformat()}
    assert failure_sentence(draft) == f"{name} has two meetings booked at {clock(hall.event, hall.slots[0])}."
    draft.failure = {}
    assert failure_sentence(draft) == draft.last_error


def test_a_match_without_a_wish_that_found_no_place_has_its_sentence_too(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    factories.match(factories.product(supplier.company), factories.line(factories.demand(buyer.company)), score=0.5)
    by = factories.member_of(supplier.company)
    services.set_availability(by=by, participation=supplier, away=hall.slots)
    draft = hall.plan()
    found = snapshots.of_draft(draft)
    assert list(UnplacedWishes(draft, *found)) == []
    (row,) = UnplacedWishes(draft, *found, matches=True)
    names = supplier.company.display_name, buyer.company.display_name
    assert (row.kinds, row.sentence) == (("match",), f"{names[0]} and {names[1]} are never there at the same time.")


def interpreter_leaves(hall):
    """A booked meeting of two without a common language whose interpreter is gone; another knows other languages."""
    supplier, buyer = hall.comes("supplier", languages=["th"]), hall.comes("buyer", languages=["zh"])
    who = services.add_interpreter(by=hall.organiser, event=hall.event, name="Siriporn", languages=["zh", "th"])
    services.add_interpreter(by=hall.organiser, event=hall.event, name="Ma Jun", languages=["zh", "fr"])
    services.lock_meeting(by=hall.organiser, meeting=hall.book(supplier, buyer, 1))
    services.remove_interpreter(by=hall.organiser, interpreter=who)
    return supplier, buyer


def test_a_booked_meeting_that_lost_its_interpreter_is_named_in_the_readers_language(hall):
    supplier, buyer = interpreter_leaves(hall)
    draft = hall.plan()
    names = {"company": supplier.company.display_name, "other": buyer.company.display_name}
    slot = hall.slots[1].isoformat()
    assert (draft.state, draft.failure) == ("failed", {"code": "fixed_no_interpreter", "slot": slot, **names})
    when = clock(hall.event, hall.slots[1])
    assert failure_sentence(draft) == (
        f"{names['company']} and {names['other']} have a meeting booked at {when} and share "
        "no language, but no interpreter is free then. Add an interpreter, or unlock or move the meeting."
    )


@pytest.mark.slow
def test_mending_leaves_a_meeting_that_lost_its_interpreter_where_it_is(hall):
    interpreter_leaves(hall)
    other = hall.comes("supplier")
    done = services.mend_plan(by=hall.organiser, event=hall.event, companies=[other.company])
    assert (done.cancelled, done.added, done.moved) == (0, 0, 0)
    assert Meeting.objects.active().count() == 1


def test_a_what_if_with_fewer_tables_than_meetings_booked_says_when(hall):
    for _n in range(2):
        services.lock_meeting(by=hall.organiser, meeting=hall.book(hall.comes("supplier"), hall.comes("buyer"), 0))
    draft = hall.plan(tables=1)
    assert draft.failure == {"code": "fixed_tables", "tables": 1, "slot": hall.slots[0].isoformat()}
    when = clock(hall.event, hall.slots[0])
    assert failure_sentence(draft) == f"At {when} more meetings are booked than there are tables (1)."
