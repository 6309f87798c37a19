"""The organiser's whole job, counted: a messy sheet of 193 rows, people, an event, meetings, and the report.

Suppliers come from the sheet of `tests/imports/test_from_a_sheet_to_people.py`; buyers are on the site already. What
companies do (register by the link of their letter, answer, wish, say what became of a meeting) is done by script
through the addresses of their own pages. What is counted are clicks of the organiser: a link, a button, a box, a field
that is typed into or chosen from (two for a drop-down: open and choose). `pytest -s` prints the table of steps; with
`SHOTS` a picture of each page is written into that folder.
"""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, CompanyInvitation
from matchmaker.companies.models import Company, Invitation
from matchmaker.companies.tasks import start_invitations
from matchmaker.events.models import Event, EventInvitation, EventParticipation, Meeting, PlanDraft
from matchmaker.imports.models import Import
from tests import factories
from tests.imports.test_from_a_sheet_to_people import sheet
from tests.journeys.conftest import CONFIRMS, body_of, mails_to, wait_for
from tests.journeys.test_meetings import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow, pytest.mark.pages]
MOST_CLICKS = 60
COME = 120  # suppliers that register by their links
BUYERS = 30
LINK = re.compile(r"(/invitations/[^/\s]+/)\s")


class Desk:
    """An organiser at her console, with the clicks of each step."""

    def __init__(self, person):
        self.person, self.page, self.steps, self.pictures = person, person.page, {}, 0
        self.page.on("dialog", lambda dialog: dialog.accept())

    def step(self, name: str) -> None:
        self.steps[name] = 0

    def _count(self, clicks: int = 1) -> None:
        self.steps[list(self.steps)[-1]] += clicks

    def look(self) -> None:
        """A picture of the page as it stands."""
        if folder := os.environ.get("SHOTS"):
            self.pictures += 1
            name = f"{self.pictures:02}-{list(self.steps)[-1].replace(' ', '-')}.png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)

    def press(self, selector: str) -> None:
        """Click something that opens a page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self._count()
        self.look()

    def follow(self, name: str, *args, query: str = "") -> None:
        # A campaign beside the one at the root has its prefix before the path.
        self.press(f"a[href$='{reverse(name, args=args)}{query}']:visible")

    def open(self, selector: str) -> None:
        """Click something that opens on the page itself, or a box."""
        self.page.locator(selector).first.click()
        self._count()

    def choose(self, **values) -> None:
        for name, value in values.items():
            self.page.locator(f"main select[name='{name}']").select_option(value)
            self._count(2)

    def type(self, **values) -> None:
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").first.fill(value)
            self._count()

    def download(self, selector: str) -> Path:
        with self.page.expect_download() as coming:
            self.page.locator(selector).first.click()
        self._count()
        return coming.value.path()

    def text(self) -> str:
        return " ".join(self.person.text().split())

    @property
    def clicks(self) -> int:
        return sum(self.steps.values())

    def tell(self) -> None:
        for name, clicks in self.steps.items():
            print(f"{clicks:>3}  {name}")  # noqa: T201
        print(f"{self.clicks:>3}  in all")  # noqa: T201


def test_from_a_messy_sheet_to_the_report_with_sixty_clicks(site, tmp_path):
    campaign = factories.campaign()
    li = factories.organiser(campaign, name="Li Wei")
    buyers = [factories.buyer(status="approved") for _number in range(BUYERS)]
    factories.take_part(campaign, *buyers)
    desk = Desk(signed_in(site(), li))
    desk.person.go(reverse("console_home"))

    bring_in(desk, tmp_path)
    invite(desk)
    suppliers = [register(number, *link) for number, link in enumerate(links_of_letters()[:COME])]
    confirm_all(suppliers)
    approve(desk)
    event = plan_an_event(desk)
    invite_to_event(desk, event)
    answers(event)
    wishes(event)
    plan_meetings(desk, event)
    hold(event)
    on_the_day(desk, event)
    report(desk)
    desk.tell()
    assert desk.clicks <= MOST_CLICKS


def bring_in(desk: Desk, folder: Path) -> None:
    desk.step("bring in the sheet")
    desk.look()
    desk.follow("console_companies")
    desk.follow("imports")
    desk.follow("import_new", "team", "suppliers")
    path = folder / "fair.xlsx"
    path.write_bytes(sheet())
    desk.page.locator("main input[type=file]").set_input_files(path)
    desk._count(2)  # “Choose a file” and the file
    desk.press("main form button.btn-primary")
    desk.page.locator("main form[action$='/columns/'] button.btn-primary").wait_for()
    desk.look()
    desk.press("main form[action$='/columns/'] button.btn-primary")
    bring = desk.page.locator("main form[action$='/apply/'] button.btn-primary")
    bring.wait_for()
    desk.look()
    desk.press("#likely header button[value=skip]")
    desk.press("main form[action$='/apply/'] button.btn-primary")
    desk.page.locator("main a[href*='?import=']").wait_for()
    desk.look()
    assert Import.objects.get().created >= 180


def invite(desk: Desk) -> None:
    desk.step("invite the contact persons")
    desk.press("main a[href*='?import=']")
    desk.press("main button[name=step][value=send]")
    assert CompanyInvitation.objects.count() > COME


def links_of_letters() -> list[tuple[str, str]]:
    """(address, link) of each letter, read from the mail that the worker sent."""
    Invitation.objects.update(not_before=timezone.now())  # sixty a minute otherwise
    start_invitations()
    wait_for(lambda: not Invitation.objects.waiting().exists(), 120, "letters still wait")
    found = []
    for offer in Invitation.objects.order_by("email"):
        letter = mails_to(offer.email)[0]
        found.append((offer.email, LINK.search(body_of(letter))[1]))
    return found


def register(number: int, email: str, link: str) -> tuple[str, str, Client]:
    """A person without an account goes on from her letter and signs up; from a network of her own."""
    person = Client(REMOTE_ADDR=f"198.51.{number}.7")
    person.post(link, {"to": "sign-up"})
    given = {"name": f"Ana {number}", "email": email, "password1": "a long good phrase", "next": link}
    assert person.post(reverse("account_signup"), given).status_code == 302
    return email, link, person


def confirm_all(people: list[tuple[str, str, Client]]) -> None:
    """Each confirms her address by the second letter and takes her company over."""

    def confirmation(email: str) -> str:
        found = [match[0] for letter in mails_to(email) if (match := CONFIRMS.search(body_of(letter)))]
        return found[-1] if found else ""

    for email, link, person in people:
        path, _seconds = wait_for(lambda email=email: confirmation(email), 120, f"no confirmation for {email}")
        assert person.post(path).url == link
        assert person.post(link).status_code == 302
    assert Company.objects.filter(is_supplier=True, memberships__isnull=False).count() == len(people)


def approve(desk: Desk) -> None:
    desk.step("approve who registered")
    desk.follow("console_companies")
    desk.press("nav.tabs a[href*='status=pending']")
    desk.open("main details.filter-panel summary")
    desk.choose(invitation="account")
    desk.press("main details.filter-panel button.btn-strong")
    do_for_all(desk)
    assert Company.objects.approved().suppliers().count() == COME


def do_for_all(desk: Desk, verb: str = "") -> None:
    """Tick all that match, choose what to do (approving is chosen already), look at it; the next page confirms."""
    desk.open("main input[name=all]")
    if verb:
        desk.choose(verb=verb)
    desk.press("main .bulk-bar button")
    if not verb:
        confirm_bulk(desk)


def confirm_bulk(desk: Desk) -> None:
    desk.press("main form[action$='/confirm/'] button.btn-primary")
    wait_for(lambda: desk.page.locator(".job.is-running").count() == 0, 60, "the action has not ended")
    desk.look()


def plan_an_event(desk: Desk) -> Event:
    desk.step("plan an event and publish it")
    day = (timezone.localdate() + dt.timedelta(days=21)).isoformat()
    desk.follow("console_events")
    desk.follow("console_event_new")
    names = {"name_en": "Guangzhou meetings", "name_zh-hans": "广州洽谈会", "city_en": "Guangzhou"}
    desk.type(**names, starts_on=day, ends_on=day, tables="40", capacity="300")
    desk.press("main form[data-keep] button.btn-primary")
    desk.press("main form[action$='/publish/'] button")
    return Event.objects.get(status=Event.Status.PUBLISHED)


def invite_to_event(desk: Desk, event: Event) -> None:
    desk.step("invite them to the event")
    desk.follow("console_companies")
    desk.press("nav.tabs a[href*='status=approved']")
    do_for_all(desk, "invite_to_event")
    desk.press("main form[action$='/choose/'] button[type=submit]")
    confirm_bulk(desk)
    assert EventInvitation.objects.filter(event=event).count() == COME + BUYERS


def answers(event: Event) -> None:
    """Nine in ten come; the others say no or later."""
    for number, row in enumerate(EventInvitation.objects.filter(event=event).order_by("pk")):
        choice = {7: "no", 8: "later"}.get(number % 20, "yes")
        answer = person_of(row.company).post(reverse("meetings_invitation", args=[event.slug]), {"answer": choice})
        assert answer.status_code == 302, answer.content.decode()


def person_of(company: Company) -> Client:
    client = Client()
    client.force_login(company.members.first())
    return client


def wishes(event: Event) -> None:
    """Each buyer wishes to meet six suppliers."""
    rows = EventParticipation.objects.filter(event=event, status="registered").select_related("company").order_by("pk")
    suppliers = [row.company for row in rows if row.side == "supplier"]
    buyers = [row.company for row in rows if row.side == "buyer"]
    for number, buyer in enumerate(buyers):
        person = person_of(buyer)
        for place in range(6):
            other = suppliers[(number * 4 + place) % len(suppliers)]
            person.post(reverse("meetings_wish", args=[event.slug, other.uid]), {"kind": "must"})


def plan_meetings(desk: Desk, event: Event) -> None:
    desk.step("plan the meetings and publish the plan")
    desk.follow("console_events")
    desk.follow("console_event", event.slug)
    desk.follow("console_event_plans", event.slug)
    desk.press("main form[action$='/plan/start/'] button.btn-primary")
    draft, _seconds = wait_for(lambda: PlanDraft.objects.filter(state="ready").first(), 180, "no draft was made")
    desk.page.locator(".job.is-done a").wait_for()
    desk.press(".job.is-done a")
    desk.follow("console_event_plan_publish", event.slug, draft.uid)
    desk.press("main form button.btn-primary[type=submit]")
    assert Meeting.objects.filter(event=event).count() > 100


def hold(event: Event) -> None:
    """The day comes: all meetings are over, and both sides say what became of them."""
    meetings = list(Meeting.objects.filter(event=event).select_related("supplier", "buyer").order_by("starts_at", "pk"))
    back = dt.timedelta(days=22)
    Event.objects.filter(pk=event.pk).update(starts_on=event.starts_on - back, ends_on=event.ends_on - back)
    for number, meeting in enumerate(meetings):
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=meeting.starts_at - back)
        seller = "missed" if number % 15 == 3 else "held"
        buyer = "held" if number == 3 else seller  # one in dispute
        for company, outcome in ((meeting.supplier, seller), (meeting.buyer, buyer)):
            values = {"outcome": outcome, "rating": "4" if outcome == "held" else ""}
            answer = person_of(company).post(reverse("meetings_outcome", args=[meeting.uid]), values)
            assert answer.status_code == 302, answer.content.decode()
    assert Meeting.objects.disputed().count() == 1


def on_the_day(desk: Desk, event: Event) -> None:
    desk.step("settle what is in dispute")
    desk.follow("console_home")
    desk.follow("console_event_meeting", event.slug, Meeting.objects.disputed().get().uid)
    desk.open("main form input[type=radio][value=held]")
    desk.press("main form:has(input[type=radio]) button[type=submit]")
    assert not Meeting.objects.disputed().exists()
    desk.press("main a.back")
    desk.follow("console_event_results", event.slug)


def report(desk: Desk) -> None:
    desk.step("report")
    desk.follow("console_outcomes")
    text = desk.text()
    for figure in ("Companies signed up", "Meetings held"):
        assert figure in text
    assert desk.download("main a[href*='report.xlsx']").stat().st_size > 5_000
    assert desk.download("main form[action*='/data/'] button").stat().st_size > 1_000


def test_a_second_campaign_runs_beside_the_first_and_the_first_is_archived_without_a_shell(site):
    spring = factories.campaign(slug="spring", name={"en": "Spring fair", "zh-hans": "春季"})
    li = factories.organiser(spring, "admin", name="Li Wei")
    factories.take_part(spring, *(factories.supplier(status="approved") for _number in range(3)))
    desk = Desk(signed_in(site(), li))
    desk.step("second campaign")
    desk.person.go(reverse("console_campaigns"))
    desk.look()

    # planned with what the first one has, opened, and filled with its companies
    desk.follow("console_campaign_new")
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + dt.timedelta(days=200)).isoformat()}
    desk.type(**{"name_en": "Autumn fair", "name_zh-hans": "秋季"}, **days)
    desk.press("main form[data-keep] button.btn-primary")
    autumn = Campaign.objects.exclude(pk=spring.pk).get()
    assert "Autumn fair" in desk.page.inner_text("main h1")  # its overview, from where all campaigns are one press away
    desk.press(".campaign-bar a")
    card = f"main #{autumn.slug}"
    desk.press(f"{card} button[name=state][value=open]")
    desk.follow("console_take_over", autumn.slug)
    desk.choose(source="spring")
    desk.press("main form[method=get] button[type=submit]")
    desk.press("main form[method=post] button.btn-primary")
    assert autumn.companies.count() == 3

    # both run: an event in each, each page under the name of its campaign
    for campaign, name in ((autumn, "Autumn day"), (spring, "Spring day")):
        desk.step(f"event of {campaign.slug}")
        if campaign == spring:
            desk.open(".campaign-bar details summary")
            desk.press(f".campaign-bar form[action$='/{spring.slug}/switch/'] button")
        desk.follow("console_events")
        assert str(campaign.name) in desk.page.inner_text(".campaign-bar")
        desk.follow("console_event_new")
        day = (today + dt.timedelta(days=21)).isoformat()
        desk.type(**{"name_en": name, "name_zh-hans": "武汉洽谈会", "city_en": "Wuhan"}, starts_on=day, ends_on=day)
        desk.press("main form[data-keep] button.btn-primary")
        desk.press("main form[action$='/publish/'] button")
        desk.follow("console_companies")
        do_for_all(desk, "register")
        desk.press("main form[action$='/choose/'] button[type=submit]")
        confirm_bulk(desk)
        event = Event.objects.get(campaign=campaign)
        assert EventParticipation.objects.filter(event=event, status="registered").count() == 3

    # the public site shows the second; the first is closed and archived; the report has both
    desk.step("archive the first")
    desk.follow("console_campaigns")
    desk.press(f"{card} form[action$='/show/'] button")
    desk.press("main #spring button[name=state][value=closed]")
    desk.press("main #spring button[name=state][value=archived]")
    spring.refresh_from_db()
    autumn.refresh_from_db()
    assert (spring.state, autumn.state, autumn.is_current) == ("archived", "open", True)
    assert "Autumn fair" in desk.page.inner_text(".campaign-bar")  # it stands at the root of the site now
    desk.follow("console_outcomes")
    desk.choose(campaign="all")
    desk.page.wait_for_url("**campaign=all**")
    desk.look()
    assert "All campaigns" in desk.text()
    visitor = site()
    visitor.go("/")
    assert "Autumn fair" in visitor.page.title()
    desk.tell()
