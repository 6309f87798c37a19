"""The form of an event: its defaults, what it asks for, and a copy of another event."""

import datetime as dt
import re

import pytest
from django.urls import reverse

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
    address = reverse("console_event", args=[event.slug])
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
    address = reverse("console_event", args=["wuhan"])
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
