"""An event from wishes to held meetings, in both languages, with the network gone at the door."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matchmaker.events.models import Attendee, Meeting, MeetingRequest, PlanDraft, Scan, Wish
from tests import factories
from tests.events.conftest import Hall
from tests.journeys.conftest import wait_for

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]


def signed_in(person, user):
    """A session without the form, which the other journey walks through."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    factories.choose_language(person.language, value)
    person.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": person.address}])
    return person


SAID = {
    "en": {
        "must": "must meet",
        "would": "would like to meet",
        "agenda": "Your agenda",
        "gap": "0.000%",
        "published": "Published: 1 new",
        "late": "Late companies",
        "welcome": "Welcome.",
        "again": "came in at",
        "waiting": "2 scans wait for the network.",
        "noted": "Noted.",
    },
    "zh": {
        "must": "必见",
        "would": "愿见",
        "agenda": "您的日程",
        "gap": "0.000%",
        "published": "已发布：新增 1 场",
        "late": "迟到企业",
        "welcome": "欢迎入场。",
        "again": "已于",
        "waiting": "2 条扫码记录等待联网发送。",
        "noted": "已记录。",
    },
}


@pytest.mark.parametrize("hers", SAID)
def test_wishes_become_a_plan_a_badge_at_a_door_without_network_and_a_held_meeting(site, hers):
    """Everybody reads one language, and the other side of the meeting the other one."""
    his = "zh" if hers == "en" else "en"
    said, to_him = SAID[hers], SAID[his]
    hall = Hall()
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    seller, wanter = factories.member_of(supplier.company), factories.member_of(buyer.company)
    malee, wang = signed_in(site(hers, width=320), seller), signed_in(site(his), wanter)
    team = signed_in(site(hers), hall.organiser)

    # Each says whom to meet: she on a phone, he at a desk.
    malee.go(reverse("meetings_companies", args=["wuhan"]))
    malee.page.get_by_role("button", name=said["must"]).first.click()
    wait_for(lambda: Wish.objects.filter(kind="must").exists(), 10, "her wish was not kept")
    wang.go(reverse("meetings_companies", args=["wuhan"]))
    wang.page.get_by_role("button", name=to_him["would"]).first.click()
    wait_for(lambda: Wish.objects.filter(kind="would").exists(), 10, "his wish was not kept")

    # The organiser plans, watches, reads the draft and publishes it.
    team.go(reverse("console_event_plans", args=["wuhan"]))
    team.page.locator("main details:has([name=seconds]) > summary").click()
    team.fill(seconds="1")
    team.submit("main form button.btn-primary[type=submit]")
    draft, _seconds = wait_for(lambda: PlanDraft.objects.filter(state="ready").first(), 60, "no draft was made")
    team.page.locator(".job.is-done a").click()
    team.page.wait_for_url(f"**/plan/{draft.uid}/")
    assert said["gap"] in team.text()
    team.page.locator(f"main a[href$='/{draft.uid}/publish/']").click()
    team.page.wait_for_url("**/publish/")
    team.submit("main form button.btn-primary[type=submit]")
    assert said["published"] in team.page.inner_text("body")
    meeting = Meeting.objects.get()
    for person, words, other in ((malee, said, buyer), (wang, to_him, supplier)):
        person.go(reverse("meetings_event", args=["wuhan"]))
        assert words["agenda"] in person.text()
        assert other.company.display_name in person.text()

    # The day: a phone at the gate gets its key, then the hall's network goes.
    into_the_day = meeting.starts_at - hall.slots[0]
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=10) - into_the_day)
    team.go(reverse("console_event_today", args=["wuhan"]))
    team.fill(gate="北门")
    team.submit("main form[action$='/devices/'] button")
    key = team.page.locator("input[readonly]").first.input_value().split("#")[1]
    phone = site(hers, width=320)
    phone.go(f"/gate/#{key}")
    wait_for(
        lambda: phone.page.evaluate("caches.match('/gate/').then((kept) => Boolean(kept))"), 20, "no page was kept"
    )
    people = {row.participation_id: row for row in Attendee.objects.all()}
    code = people[supplier.pk].code
    phone.context.set_offline(True)
    phone.page.reload()
    check(phone, code, said["welcome"])
    check(phone, code, said["again"])
    waiting = phone.page.locator("#gate-waiting")
    wait_for(lambda: waiting.inner_text() == said["waiting"], 10, "two scans do not wait")
    assert not Attendee.objects.filter(checked_in_at__isnull=False).exists()
    phone.context.set_offline(False)
    wait_for(lambda: Scan.objects.count() == 2, 40, "the phone did not send what it kept")
    assert sorted(Scan.objects.values_list("outcome", flat=True)) == ["again", "entered"]
    assert list(Attendee.objects.exclude(checked_in_at=None).values_list("code", "gate")) == [(code, "北门")]
    phone.complaints[:] = [line for line in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in line]

    # The organiser sees who is here; the two meet, and each says so.
    team.go(reverse("console_event_today", args=["wuhan"]))
    assert said["late"] in team.text()
    for person, words, rating in ((malee, said, "5"), (wang, to_him, "4")):
        person.go(reverse("meetings_meeting", args=[meeting.uid]))
        person.page.locator("input[name=outcome][value=held]").check()
        person.choose(rating=rating)
        person.submit("main form[action$='/outcome/'] button[type=submit]")
        assert words["noted"] in person.page.inner_text("body")
    meeting.refresh_from_db()
    assert (meeting.status, meeting.supplier_rating, meeting.buyer_rating) == ("held", 5, 4)
    assert not meeting.is_disputed


def test_a_request_goes_back_and_forth_until_it_is_a_meeting_that_moves_and_is_held(site):
    """She asks in English for a time, he proposes another in Chinese, she accepts; then he moves it and she agrees."""
    hall = Hall()
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    seller, wanter = factories.member_of(supplier.company), factories.member_of(buyer.company)
    malee, wang = signed_in(site(width=320), seller), signed_in(site("zh", width=320), wanter)
    first, second, third = (slot.isoformat() for slot in hall.slots[:3])
    own_page = reverse("meetings_event", args=["wuhan"])

    malee.go(reverse("meetings_companies", args=["wuhan"]))
    malee.page.get_by_role("link", name="Ask for a meeting").click()
    malee.fill(note="We would like to show you our new crop of jasmine rice.")
    malee.choose(slot=first)
    malee.submit()
    asked = MeetingRequest.objects.get()
    assert (asked.starts_at, asked.status) == (hall.slots[0], "pending")
    assert not Meeting.objects.exists()

    wang.go(own_page)
    wang.page.get_by_text("建议其他时间").click()
    wang.choose(slot=second)
    wang.page.get_by_role("button", name="提出建议").click()
    wait_for(lambda: MeetingRequest.objects.filter(asker_answers=True).exists(), 10, "no other time was proposed")
    malee.go(own_page)
    assert "They propose another time" in malee.text()
    with malee.page.expect_navigation():
        malee.page.get_by_role("button", name="Accept").click()
    meeting = Meeting.objects.get()
    assert (meeting.starts_at, meeting.status) == (hall.slots[1], "planned")

    # Neither time nor place is lost while one proposes and the other has not agreed.
    meeting_page = reverse("meetings_meeting", args=[meeting.uid])
    wang.go(meeting_page)
    wang.page.get_by_text("建议其他时间").click()
    wang.choose(slot=third)
    wang.page.get_by_role("button", name="提出建议").click()
    wait_for(lambda: meeting.moves.pending().exists(), 10, "no move was proposed")
    malee.go(meeting_page)
    with malee.page.expect_navigation():
        malee.page.get_by_role("button", name="Agree").click()
    meeting.refresh_from_db()
    assert meeting.starts_at == hall.slots[2]

    # The day: the team's own phone opens the badge's address and lets her in; afterwards each says it was held.
    into_the_day = meeting.starts_at - hall.slots[0]
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=5) - into_the_day)
    team = signed_in(site("zh", width=320), hall.organiser)
    team.go(reverse("gate_badge", args=[supplier.attendees.get().code]))
    team.submit("main form[method=post] button.btn-primary")
    assert "已入场" in team.text()
    for person, held in ((malee, "held"), (wang, "已举行")):
        person.go(meeting_page)
        person.page.locator("main label", has_text=held).first.click()
        person.submit("main form[action$='/outcome/'] button[type=submit]")
    meeting.refresh_from_db()
    assert (meeting.status, supplier.attendees.get().checked_in_at is not None) == ("held", True)


def check(phone, code: str, sentence: str) -> None:
    phone.page.locator("#gate-code").fill(code)
    phone.page.locator("#gate-form button").click()
    phone.page.locator("#gate-said", has_text=sentence).wait_for()
