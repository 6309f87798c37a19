"""The plan's page asks in the organiser's words, and its result says what each wish costs."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.events import services
from matchmaker.events.models import MeetingRequest, PlanDraft
from matchmaker.web.templatetags.ui import clock
from tests import factories
from tests.engines.planning.checker import check
from tests.markup import flat
from tests.web.console.test_events import PLAN, page


def plan_page(client, draft):
    return client.get(page("console_event_plan", draft.uid))


def test_lunch_stays_free_and_the_days_and_the_host_are_the_organisers_choice(client, hall):
    event = hall.event
    event.ends_on, event.opens_at, event.closes_at = event.starts_on + dt.timedelta(days=1), "09:00", "17:00"
    event.save()
    event.refresh_from_db()
    for _n in range(2):
        supplier = hall.comes("supplier")
        for _m in range(2):
            hall.wish(supplier, hall.comes("buyer"), "must")
    client.force_login(hall.organiser)
    shown = client.get(page("console_event_plans"))
    fields = shown.context["form"].fields
    assert fields["lunch_from"].initial == dt.time(12)
    assert [value for value, _label in fields["days"].choices] == [day.isoformat() for day in event.days]
    main = [field.name for field in shown.context["form"].main()]
    assert main == [
        "most",
        "floor",
        "host",
        "lunch_from",
        "lunch_until",
        "most_loss",
        "days",
        "expects_no_shows",
        "given",
    ]
    asked = {
        **PLAN,
        "seconds": "1",
        "host": "buyer",
        "lunch_from": "12:00",
        "lunch_until": "13:00",
        "days": [event.days[1].isoformat()],
    }
    wrong = client.post(page("console_event_plan_start"), {**asked, "lunch_until": "11:00"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["lunch_until"] == ["Lunch must end after it begins."]
    assert client.post(page("console_event_plan_start"), asked).status_code == 302
    assert services.compute_plan()
    draft = PlanDraft.objects.get()
    tables = draft.instance["data"]["tables"]
    for text, count in zip(draft.instance["slots"], tables, strict=True):
        at = dt.datetime.fromisoformat(text).astimezone(event.zone)
        lunch = at.time() < dt.time(13) and (at + event.length).time() > dt.time(12)
        assert (count > 0) == (at.date() == event.days[1] and not lunch), at
    assert len(draft.result["meetings"]) == 4
    result = plan_page(client, draft)
    assert any("lunch" in sentence for sentence in result.context["prices"]) == (draft.result["lunch_price"] > 0)
    assert [row["agenda"].meetings for row in result.context["agendas"]] == [2, 2, 1, 1, 1, 1]
    assert {figure["label"] for figure in result.context["figures"]} >= {
        "Further days to come",
        "Waits between meetings",
    }
    again = client.post(
        reverse("console_event_plan_start", args=["wuhan"]),
        {name: [v for n, v in result.context["options"] if n == name] for name, _v in result.context["options"]},
    )
    assert again.status_code == 302
    assert PlanDraft.objects.order_by("pk").last().options["days"] == [event.days[1].isoformat()]


@pytest.mark.parametrize("lunch", [("09:00", "17:00"), (None, None)])
def test_an_event_that_is_all_lunch_keeps_its_slots(hall, lunch):
    hall.comes("supplier")
    hall.comes("buyer")
    draft = services.start_plan(by=hall.organiser, event=hall.event, lunch_from=lunch[0], lunch_until=lunch[1])
    assert draft.state == "computing"


def test_agreed_meetings_only_all_of_them_with_the_fewest_waits(client, hall):
    suppliers = [hall.comes("supplier") for _n in range(3)]
    buyers = [hall.comes("buyer") for _n in range(2)]
    for supplier in suppliers:
        for buyer in buyers:
            hall.wish(supplier, buyer, "must")
    agreed = [(suppliers[0], buyers[0]), (suppliers[0], buyers[1]), (suppliers[1], buyers[0])]
    for supplier, buyer in agreed:
        MeetingRequest.objects.create(
            event=hall.event,
            company=supplier.company,
            other=buyer.company,
            status=MeetingRequest.Status.ACCEPTED,
            expires_at=timezone.now(),
        )
    client.force_login(hall.organiser)
    client.post(page("console_event_plan_start"), {**PLAN, "seconds": "20", "given": "on"})
    assert services.compute_plan()
    draft = PlanDraft.objects.get()
    data = draft.instance
    met = {(data["parties"][0][s], data["parties"][1][b]) for s, b, _slot, _table in draft.result["meetings"]}
    assert met == {(supplier.company_id, buyer.company_id) for supplier, buyer in agreed}
    assert check(data["data"], draft.result).faults == []
    assert draft.result["given"] == {"breaks": 0, "bound": 0}
    assert plan_page(client, draft).context["prices"] == [
        "All 3 agreed meetings are placed, with 0 waits. No plan has fewer: proven."
    ]


def test_agreed_meetings_that_do_not_fit_end_with_a_sentence_that_names_the_company(client, hall):
    supplier = hall.comes("supplier")
    for buyer in (hall.comes("buyer"), hall.comes("buyer")):
        MeetingRequest.objects.create(
            event=hall.event,
            company=supplier.company,
            other=buyer.company,
            status=MeetingRequest.Status.ACCEPTED,
            expires_at=timezone.now(),
        )
    services.set_availability(by=factories.member_of(supplier.company), participation=supplier, away=hall.slots[1:])
    services.start_plan(by=hall.organiser, event=hall.event, given=True, seconds=5)
    assert services.compute_plan()
    draft = PlanDraft.objects.get()
    name = supplier.company.display_name
    assert (draft.state, draft.last_error) == ("failed", f"{name} has 2 meetings but can meet in only 1 slots.")


def test_plans_to_compare_with_say_which_are_a_what_if_and_names_keep_their_direction(client, hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(supplier, buyer, "must")
    asked, plain = hall.plan(tables=1, closes_at="10:30"), hall.plan()
    client.force_login(hall.organiser)
    page = flat(client.get(reverse("console_event_plan", args=["wuhan", plain.uid])).text)
    choice = page[page.index(f'value="{asked.uid}"') : page.index("</select>", page.index(f'value="{asked.uid}"'))]
    assert "what-if" in choice
    assert f'dir="auto">{buyer.company.display_name}</a>' in page
    other = flat(client.get(reverse("console_event_plan", args=["wuhan", asked.uid])).text)
    assert f"open {clock(dt.time(9))}–{clock(dt.time(10, 30))}".replace("\u202f", " ") in other
