"""The plan's page asks in the organiser's words, and its result says what each wish costs."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.events import services
from matchmaker.events.models import PlanDraft
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
    assert main == ["most", "floor", "host", "lunch_from", "lunch_until", "most_loss", "days"]
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
    assert {figure["label"] for figure in result.context["figures"]} >= {"Further days to come", "Waits between meetings"}
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
