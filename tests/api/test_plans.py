"""Plans and interpreters over the API, as the team of the event's campaign reads them."""

import pytest
from django.urls import reverse

from matchmaker.events.models import PlanDraft
from matchmaker.events.services import (
    add_interpreter,
    discard_plan,
    invite_interpreter,
    publish_plan,
    set_interpreter_hours,
)
from tests import factories
from tests.api.conftest import Caller
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def at(name: str, *args) -> str:
    return reverse(f"api_{name}", args=args)


@pytest.fixture
def hall(db):
    """A supplier and a buyer without a common language, and an interpreter who is there from the second slot on."""
    hall = Hall()
    hall.supplier, hall.buyer = hall.comes("supplier", languages=["th"]), hall.comes("buyer", languages=["zh"])
    hall.wish(hall.supplier, hall.buyer, "must")
    hall.interpreter = add_interpreter(by=hall.organiser, event=hall.event, name="Li Na", languages=["th", "zh"])
    set_interpreter_hours(by=hall.organiser, interpreter=hall.interpreter, away=hall.slots[:1])
    return hall


def test_the_team_reads_a_plan_with_its_figures_and_its_meetings(hall):
    draft = hall.plan()
    team = Caller(hall.organiser)
    listed = team.get(at("plans"), event="wuhan").json()["results"]
    assert [(row["uid"], row["state"], row["meetings"], row["gap"]) for row in listed] == [
        (str(draft.uid), "ready", 1, 0.0)
    ]
    assert team.get(at("plan", draft.uid)).json() == listed[0]
    (meeting,) = team.get(at("plan_meetings", draft.uid)).json()["results"]
    assert meeting == {
        "supplier": company_of(hall.supplier),
        "buyer": company_of(hall.buyer),
        "starts_at": meeting["starts_at"],
        "ends_at": meeting["ends_at"],
        "table": 1,
        "interpreter": "Li Na",
        "locked": False,
    }
    discard_plan(by=hall.organiser, draft=draft)
    assert team.get(at("plans")).json()["count"] == 0
    assert team.get(at("plan_meetings", draft.uid)).status_code == 404


def company_of(row) -> dict:
    company = row.company
    return {"uid": str(company.uid), "name": company.legal_name, "country": company.country}


def test_a_run_without_a_plan_says_why_and_has_no_meetings(hall):
    failed = PlanDraft.objects.create(
        event=hall.event, state=PlanDraft.State.FAILED, failure={"code": "none"}, last_error="No plan."
    )
    team = Caller(hall.organiser)
    assert team.get(at("plans"), state="failed").json()["results"][0]["failure"] == (
        "No plan has all agreed meetings (proven)."
    )
    assert team.get(at("plan_meetings", failed.uid)).json()["results"] == []


def test_an_interpreter_has_hours_and_a_timetable_but_no_address_and_no_key(hall):
    draft = hall.plan()
    publish_plan(by=hall.organiser, draft=draft)
    invite_interpreter(by=hall.organiser, interpreter=hall.interpreter, email="lina@example.com", language="en")
    answer = Caller(hall.organiser).get(at("interpreters"), event="wuhan")
    hall.interpreter.refresh_from_db()
    (row,) = answer.json()["results"]
    assert (row["name"], row["languages"], row["away"], row["is_invited"]) == (
        *("Li Na", ["th", "zh"]),
        *([hall.slots[0].isoformat()], True),
    )
    assert [(m["supplier"], m["buyer"], m["where"]) for m in row["timetable"]] == [
        (company_of(hall.supplier), company_of(hall.buyer), "Table 1")
    ]
    secrets = ("lina@example.com", hall.interpreter.secret, hall.interpreter.code)
    assert [secret in answer.text for secret in secrets] == [False, False, False]
    assert Caller(hall.organiser).get(at("interpreter", hall.interpreter.uid)).json() == row


def test_nobody_outside_the_team_knows_of_plans_and_interpreters(hall):
    draft = hall.plan()
    elsewhere = factories.organiser(factories.campaign(is_current=False))
    for user in (factories.member_of(hall.supplier.company), elsewhere, factories.user()):
        caller = Caller(user)
        assert [caller.get(at(name)).json()["count"] for name in ("plans", "interpreters")] == [0, 0]
        one = [("plan", draft), ("plan_meetings", draft), ("interpreter", hall.interpreter)]
        assert [caller.get(at(name, row.uid)).status_code for name, row in one] == [404, 404, 404]
    assert [Caller().get(at(name)).status_code for name in ("plans", "interpreters")] == [401, 401]
