"""The form of an event: its defaults, what it asks for, and a copy of another event."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from matchmaker.core.formats import day
from matchmaker.events.models import Event
from tests import factories
from tests.markup import flat
from tests.web.test_sent_twice import DAY


@pytest.fixture
def console(client, hall):
    client.force_login(hall.organiser)
    return client


def options(page: str, field: str) -> dict[str, str]:
    select = re.search(rf'<select name="{field}".*?</select>', page, re.DOTALL).group()
    return dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', select))


def chosen(page: str, field: str) -> str:
    select = re.search(rf'<select name="{field}".*?</select>', page, re.DOTALL).group()
    return re.search(r'<option value="([^"]*)" selected', select).group(1)


def test_a_new_event_stands_on_beijing_time_unless_another_zone_is_chosen(console):
    page = console.get(reverse("console_event_new")).content.decode()
    assert chosen(page, "time_zone") == "Asia/Shanghai"
    console.post(
        reverse("console_event_new"), {**DAY, "name_en": "Guangzhou day", "time_zone": chosen(page, "time_zone")}
    )
    assert Event.objects.get(name__en="Guangzhou day").time_zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("city", "typed", "zone"),
    [
        ({"city_en": "Bangkok"}, "Asia/Shanghai", "Asia/Bangkok"),
        ({"city_zh-hans": "曼谷"}, "Asia/Shanghai", "Asia/Bangkok"),
        ({"city_en": "Bangkok"}, "Asia/Tokyo", "Asia/Tokyo"),
        ({"city_en": "Urumqi"}, "Asia/Shanghai", "Asia/Shanghai"),
        ({"city_en": "Chiang Mai"}, "Asia/Shanghai", "Asia/Shanghai"),
    ],
)
def test_a_new_event_takes_the_zone_of_its_city_where_the_zone_is_left_as_it_is(console, city, typed, zone):
    given = {name: value for name, value in DAY.items() if not name.startswith("city")}
    sent = {**given, **city, "name_en": "Day abroad", "time_zone": typed}
    page = console.post(reverse("console_event_new"), sent, follow=True).text
    event = Event.objects.get(name__en="Day abroad")
    assert event.time_zone == zone
    assert ("read on the clock of its city" in page) == (zone != typed)
    address = reverse("console_event_settings", args=[event.slug])
    console.post(address, {**sent, "time_zone": "Asia/Shanghai"})
    event.refresh_from_db()
    assert event.time_zone == "Asia/Shanghai", "what is chosen later stays"


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", {"Asia/Shanghai": "Beijing / Shanghai (UTC+8)", "Asia/Bangkok": "Bangkok (UTC+7)"}),
        ("zh-hans", {"Asia/Bangkok": "曼谷 (UTC+7)"}),
    ],
)
def test_zones_are_named_by_city_and_offset_in_the_readers_language(console, language, names):
    factories.read_in(language, console)
    listed = options(console.get(reverse("console_event_new")).content.decode(), "time_zone")
    assert names.items() <= listed.items()
    assert "Africa/Asmera" not in listed
    assert len(listed) < 450


def test_an_event_in_a_zone_outside_the_list_keeps_it_when_saved(console, hall):
    Event.objects.filter(pk=hall.event.pk).update(time_zone="Etc/GMT-5")
    address = reverse("console_event_settings", args=["wuhan"])
    assert chosen(console.get(address).content.decode(), "time_zone") == "Etc/GMT-5"
    assert console.post(address, {**DAY, "time_zone": "Etc/GMT-5"}).status_code == 302
    assert Event.objects.get(pk=hall.event.pk).time_zone == "Etc/GMT-5"


def test_the_city_of_an_event_on_site_is_not_called_optional_and_is_asked_for(console):
    page = console.get(reverse("console_event_new")).content.decode()
    legend = re.search(r"<legend>\s*(City[^<]*?)\s*</legend>", flat(page)).group(1)
    assert legend == "City"
    assert "Needed for an event on site" in page
    refused = console.post(reverse("console_event_new"), {**DAY, "city_en": ""})
    assert refused.context["form"].errors["city"] == [
        "An event on site needs a city: write it in one language at least."
    ]
    online = console.post(reverse("console_event_new"), {**DAY, "city_en": "", "mode": "online"})
    assert online.status_code == 302


def test_a_copy_has_a_name_of_its_own_and_no_dates_before_they_are_given(console, hall):
    address = reverse("console_event_copy", args=["wuhan"])
    form = console.get(address).context["form"]
    names = form["name"].value()
    assert names["en"] == "Wuhan meetings (copy)"
    assert names["zh-hans"].startswith("武汉洽谈会")
    assert names["zh-hans"] != "武汉洽谈会"
    assert (form["starts_on"].value(), form["ends_on"].value()) == (None, None)
    assert (form["tables"].value(), form["city"].value()) == (2, {"en": "Wuhan"})
    undated = console.post(address, {**DAY, "starts_on": "", "ends_on": ""})
    assert {"starts_on", "ends_on"} <= undated.context["form"].errors.keys()
    assert Event.objects.count() == 1
    console.post(address, DAY)
    copied = Event.objects.exclude(pk=hall.event.pk).get()
    assert (str(copied.name), copied.starts_on, copied.status) == ("Spring day", dt.date(2030, 3, 1), "draft")


def test_a_copy_takes_the_halls_along(console, hall):
    hall.event.halls.create(name={"en": "Hall B", "zh-hans": "二号馆"}, tables=40)
    address = reverse("console_event_copy", args=["wuhan"])
    written = console.get(address).context["form"]["halls"].value()
    console.post(address, {**DAY, "halls": written})
    copied = Event.objects.exclude(pk=hall.event.pk).get()
    assert [(one.name, one.tables) for one in copied.halls.all()] == [({"en": "Hall B", "zh-hans": "二号馆"}, 40)]
    assert copied.tables == 40


def test_a_place_without_venue_or_city_has_no_comma_of_its_own(hall):
    event = hall.event
    assert event.place == "Wuhan"
    event.venue = {"en": "Expo Centre"}
    assert event.place == "Expo Centre, Wuhan"
    event.city = {}
    assert event.place == "Expo Centre"
    event.venue = {}
    assert event.place == ""


def test_the_place_of_an_event_online_is_in_the_language_of_the_reader(hall):
    hall.event.mode, hall.event.venue = "online", {"en": "Online"}
    with override("fr"):
        assert hall.event.place == "en ligne"


def hours_of_days(event, **changed) -> dict[str, str]:
    """What the form of an event of several days sends about its days."""
    sent = {f"day-{n}-held": "usual" for n in range(1, len(event.days) + 1)}
    return {**DAY, "name_en": "Two days", "starts_on": "2030-03-01", "ends_on": "2030-03-02", **sent, **changed}


@pytest.fixture
def two_days(hall):
    Event.objects.filter(pk=hall.event.pk).update(starts_on=dt.date(2030, 3, 1), ends_on=dt.date(2030, 3, 2))
    hall.event.refresh_from_db()
    return hall.event


HALF = {"day-2-held": "own", "day-2-opens_at": "09:00", "day-2-closes_at": "10:00"}


def test_a_day_gets_hours_of_its_own_and_the_usual_ones_back(console, two_days):
    address = reverse("console_event_settings", args=["wuhan"])
    page = console.get(address).text
    assert day(two_days.days[1], "full") in page
    assert chosen(page, "day-2-held") == "usual"
    console.post(address, hours_of_days(two_days, **HALF))
    two_days.refresh_from_db()
    half = {"day": 2, "opens_at": "09:00", "closes_at": "10:00", "pause_from": None, "pause_until": None}
    assert two_days.day_hours == [half]
    page = console.get(address).text
    assert chosen(page, "day-2-held") == "own"
    assert re.search(r'name="day-2-closes_at" value="10:00"', page)
    console.post(address, hours_of_days(two_days, **{"day-1-held": "none"}))
    two_days.refresh_from_db()
    assert (two_days.own_hours, two_days.hours_on(two_days.days[1]).closes) == ({two_days.days[0]: None}, dt.time(17))


def test_hours_of_a_day_that_end_before_they_begin_are_said_beside_the_box(console, two_days):
    answer = console.post(
        reverse("console_event_settings", args=["wuhan"]),
        hours_of_days(two_days, **{**HALF, "day-2-closes_at": "08:00"}),
    )
    page = flat(answer.text)
    assert "Meetings must end after they begin." in page
    assert 'id="id_day-2-closes_at_error"' in page
    two_days.refresh_from_db()
    assert (two_days.day_hours, two_days.name["en"]) == ([], "Wuhan meetings"), "nothing was saved"


def test_hours_of_a_day_outside_which_meetings_are_booked_are_refused_with_names(console, hall, two_days):
    hall.slots = two_days.slots()
    hall.event = two_days
    Event.objects.filter(pk=two_days.pk).update(closes_at=dt.time(17))
    two_days.refresh_from_db()
    hall.slots = two_days.slots()
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.book(supplier, buyer, len(hall.slots) - 1)
    page = flat(console.post(reverse("console_event_settings", args=["wuhan"]), hours_of_days(two_days, **HALF)).text)
    assert "1 booked meeting would lie outside these hours." in page
    assert f"2030-03-02 16:30: {supplier.company} with {buyer.company}." in page


def test_a_copy_takes_the_hours_of_each_day(console, two_days):
    Event.objects.update(day_hours=[{"day": 2, "opens_at": None} | dict.fromkeys(("closes_at", "pause_from"))])
    address = reverse("console_event_copy", args=["wuhan"])
    page = console.get(address).text
    assert "Day 2" in page
    assert chosen(page, "day-2-held") == "none"
    console.post(address, hours_of_days(two_days, **{"day-2-held": "none"}))
    copied = Event.objects.get(name__en="Two days")
    assert [slot.date() for slot in copied.slots()] == [dt.date(2030, 3, 1)] * len(copied.slots())


def test_an_event_of_one_day_is_not_asked_about_its_days(console, hall):
    assert "day-1-held" not in console.get(reverse("console_event_settings", args=["wuhan"])).text


def test_a_day_without_meetings_is_no_choice_of_a_plan(console, two_days):
    Event.objects.update(ends_on=dt.date(2030, 3, 3), day_hours=[{"day": 2, "opens_at": None}])
    page = console.get(reverse("console_event_plans", args=["wuhan"])).text
    assert re.findall(r'name="days" value="([^"]*)"', page) == ["2030-03-01", "2030-03-03"]
