"""Obstacles: a company or its partner says what blocks a deal; the team works on it; all read the answers."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Enrolment
from matchmaker.core.problems import Refused
from matchmaker.messaging.models import Obstacle
from matchmaker.messaging.services import ask, obstacles
from matchmaker.notifications.models import Notice
from matchmaker.reporting import services as reporting
from matchmaker.reporting.services.facts import Scope
from tests import factories

pytestmark = pytest.mark.django_db


class Case:
    """A supplier that a partner follows, with a case about its registration."""

    def __init__(self):
        self.team = factories.organiser()
        self.campaign = self.team.organiser_of.get().campaign
        self.company = factories.supplier()
        self.campaign.participations.create(company=self.company, side="supplier")
        self.seller = factories.member_of(self.company)
        self.partner, self.desk = factories.partner(self.campaign)
        Enrolment.objects.create(partner=self.partner, company=self.company)
        self.row = self.report()

    def report(self, by=None, **fields):
        values = {"kind": "registration", "title": "Our plant waits", "text": "Since March at GACC.", **fields}
        return obstacles.report_obstacle(by=by or self.seller, company=self.company, **values)

    def recipients_of(self, kind):
        return {notice.recipient for notice in Notice.objects.filter(kind=kind)}


@pytest.fixture
def case():
    return Case()


def test_company_its_partner_and_the_team_see_a_case_and_no_one_else(case):
    stranger, elsewhere = (
        factories.member_of(factories.supplier()),
        factories.organiser(factories.campaign(is_current=False)),
    )
    other_desk = factories.partner(case.campaign)[1]
    door = factories.organiser(case.campaign, "staff")
    seen = {
        person: Obstacle.objects.visible_to(person).exists()
        for person in (case.seller, case.desk, case.team, stranger, elsewhere, other_desk, door)
    }
    assert [person for person, sees in seen.items() if sees] == [case.seller, case.desk, case.team]
    with pytest.raises(Refused) as refused:
        obstacles.answer_obstacle(by=other_desk, obstacle=case.row, text="x")
    assert refused.value.status == 404


def test_a_case_has_a_day_by_which_the_team_answers(case):
    case.campaign.refresh_from_db()
    assert case.row.due_on == obstacles.answer_day(case.campaign)
    assert case.recipients_of("obstacle_reported") == {case.team}
    assert AuditEntry.objects.of(case.company).filter(verb="report_obstacle").count() == 1


def test_a_desk_reports_for_a_company_it_follows_and_for_no_other(case):
    row = case.report(by=case.desk)
    assert (row.partner, row.reported_by) == (case.partner, case.desk)
    with pytest.raises(Refused) as refused:
        obstacles.report_obstacle(by=case.desk, company=factories.supplier(), kind="visa", title="x", text="x")
    assert refused.value.status == 404


def test_a_case_names_only_what_belongs_to_its_company(case):
    mine, other = factories.product(case.company), factories.product()
    assert case.report(about=mine).product == mine
    with pytest.raises(Refused) as refused:
        case.report(about=other)
    assert refused.value.status == 404
    draft = factories.product(case.company, status="draft")
    with pytest.raises(Refused) as refused:
        case.report(by=case.desk, about=draft)
    assert refused.value.status == 404


def test_an_answer_of_the_team_takes_a_case_up_and_tells_company_and_partner(case):
    obstacles.answer_obstacle(by=case.team, obstacle=case.row, text="We ask the customs office.")
    case.row.refresh_from_db()
    assert (case.row.state, case.row.responsible) == ("working", case.team)
    assert case.recipients_of("obstacle_answered") == {case.seller, case.desk}
    with pytest.raises(ValidationError):
        obstacles.answer_obstacle(by=case.team, obstacle=case.row, text="  ")


def test_the_team_names_who_is_responsible_and_a_day(case):
    day = timezone.localdate() + dt.timedelta(days=9)
    row = obstacles.work_on_obstacle(by=case.team, obstacle=case.row, responsible=case.team, due_on=day)
    assert (row.state, row.due_on) == ("working", day)
    for wrong, code in (
        ({"responsible": case.seller}, "not_in_team"),
        ({"responsible": case.team, "due_on": timezone.localdate() - dt.timedelta(days=1)}, "day_is_past"),
    ):
        with pytest.raises(Refused) as refused:
            obstacles.work_on_obstacle(by=case.team, obstacle=case.row, **wrong)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        obstacles.work_on_obstacle(by=case.desk, obstacle=case.row, responsible=case.team)
    assert refused.value.status == 404


def test_a_closed_case_opens_again_when_the_company_answers(case):
    row = obstacles.close_obstacle(by=case.team, obstacle=case.row, outcome="unsolved", text="No protocol yet.")
    assert (row.state, row.outcome) == ("closed", "unsolved")
    assert case.recipients_of("obstacle_closed") == {case.seller, case.desk}
    with pytest.raises(Refused) as refused:
        obstacles.close_obstacle(by=case.team, obstacle=case.row, outcome="solved", text="x")
    assert refused.value.code == "obstacle_closed"
    obstacles.answer_obstacle(by=case.seller, obstacle=case.row, text="There is one since May.")
    row.refresh_from_db()
    assert (row.state, row.outcome, row.closed_at) == ("open", "", None)


def test_a_company_takes_its_case_back_but_does_not_say_that_it_was_not_solved(case):
    with pytest.raises(Refused) as refused:
        obstacles.close_obstacle(by=case.seller, obstacle=case.row, outcome="unsolved", text="x")
    assert refused.value.code == "wrong_outcome"
    row = obstacles.close_obstacle(by=case.seller, obstacle=case.row, outcome="withdrawn", text="Our mistake.")
    assert row.outcome == "withdrawn"


def test_what_waits_is_not_taken_up_or_late(case):
    assert list(Obstacle.objects.waiting()) == [case.row]
    obstacles.work_on_obstacle(by=case.team, obstacle=case.row, responsible=case.team)
    assert not Obstacle.objects.waiting()
    Obstacle.objects.update(due_on=timezone.localdate() - dt.timedelta(days=1))
    assert list(Obstacle.objects.waiting()) == [case.row]


def test_the_report_counts_obstacles_by_kind_without_those_taken_back(case):
    obstacles.close_obstacle(by=case.team, obstacle=case.row, outcome="unsolved", text="x")
    obstacles.close_obstacle(by=case.team, obstacle=case.report(kind="visa"), outcome="solved", text="x")
    obstacles.close_obstacle(by=case.seller, obstacle=case.report(kind="visa"), outcome="withdrawn", text="x")
    case.report(kind="visa")
    report = reporting.build(Scope((case.campaign,)))
    assert [(row.code, row.reported, row.solved, row.unsolved, row.open) for row in report.obstacles] == [
        ("registration", 1, 0, 1, 0),
        ("visa", 2, 1, 0, 1),
    ]
    assert {row.code: row.count for row in report.failures if row.count} == {"obstacles_unsolved": 1}


def test_pages_of_the_company(case, client):
    client.force_login(case.seller)
    product = factories.product(case.company)
    said = {
        "kind": "payment",
        "title": "The bank refuses",
        "text": "It wants a paper.",
        "about": f"product-{product.uid}",
    }
    wrong = client.post(reverse("obstacle_new"), {**said, "text": ""})
    assert wrong.status_code == 422
    assert 'value="The bank refuses"' in wrong.text
    page = client.post(reverse("obstacle_new"), said).headers["Location"]
    row = Obstacle.objects.get(title="The bank refuses")
    assert (page, row.product) == (reverse("obstacle", args=[row.uid]), product)
    assert "The bank refuses" in client.get(reverse("obstacles")).text
    client.post(page, {"text": "Here it is."})
    assert "Here it is." in client.get(page).text
    client.post(reverse("obstacle_close", args=[row.uid]), {"close-outcome": "solved", "close-text": "It works now."})
    row.refresh_from_db()
    assert row.outcome == "solved"
    assert "An answer opens the case again." in client.get(page).text


def test_pages_of_the_team_and_the_work_list(case, client):
    client.force_login(case.team)
    assert "Our plant waits" in client.get(reverse("console_home")).text
    assert "Our plant waits" in client.get(reverse("console_obstacles"), {"kind": "registration"}).text
    assert "Our plant waits" not in client.get(reverse("console_obstacles"), {"kind": "visa"}).text
    page = reverse("console_obstacle", args=[case.row.uid])
    client.post(reverse("console_obstacle_work", args=[case.row.uid]), {"responsible": case.team.pk, "due_on": ""})
    client.post(reverse("console_obstacle_answer", args=[case.row.uid]), {"text": "We ask."})
    assert "We ask." in client.get(page).text
    assert client.post(reverse("console_obstacle_close", args=[case.row.uid]), {}).status_code == 422
    done = {"close-outcome": "solved", "close-text": "Registered."}
    client.post(reverse("console_obstacle_close", args=[case.row.uid]), done)
    assert "Our plant waits" in client.get(reverse("console_obstacles"), {"show": "closed"}).text


def test_a_partner_does_not_read_whom_its_company_talks_to(case, client):
    buyer = factories.buyer(legal_name="Secret Foods")
    product = factories.product(case.company)
    text = "We look for fragrant rice in 5 kg bags for our shops in Hubei. Can you supply it from March on?"
    talk = ask(by=factories.member_of(buyer), company=buyer, product=product, text=text)
    row = case.report(about=talk)
    client.force_login(case.desk)
    assert "Our plant waits" in client.get(reverse("partner_obstacles", args=[case.partner.uid])).text
    page = client.get(reverse("obstacle", args=[row.uid])).text
    assert "Our plant waits" in page
    assert "Secret Foods" not in page
    assert client.get(reverse("obstacle", args=[row.uid])).context["enquiry"] is None


def test_who_has_no_company_is_shown_where_to_report(case, client):
    """The page says “report it”: each reader has a way to do so."""
    for person, address in (
        (case.seller, reverse("obstacle_new")),
        (case.desk, reverse("partner_home", args=[case.partner.uid])),
        (case.team, reverse("console_obstacles")),
        (factories.user(), reverse("join")),
    ):
        client.force_login(person)
        head = client.get(reverse("obstacles")).text.partition('class="page-head-actions"')[2].partition("</div>")[0]
        assert f'href="{address}"' in head
