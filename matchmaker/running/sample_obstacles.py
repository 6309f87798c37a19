"""Obstacles of the sample campaign: one that was solved, one that was not, one at work, and one that waits."""

import datetime as dt

from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Partner
from matchmaker.companies.models import Company
from matchmaker.messaging.models import Obstacle
from matchmaker.messaging.services import obstacles
from matchmaker.running.sample_clock import clock_at, days_ago


def meet_obstacles(team: User, colleague: User, sellers: list[Company], partner: Partner, desk: User) -> None:
    """Reported, answered and closed at past times; the last one came from the desk of the partner yesterday.

    Args:
        sellers: three companies that trade.
        partner: follows a company for which `desk` reports.
    """
    first = _report(42, sellers[0], "registration", "Our plant is not on the list of registered producers",
                    "The number we were given in spring is not found at customs.")  # fmt: skip
    with clock_at(days_ago(39)):
        obstacles.answer_obstacle(by=team, obstacle=first, text="We asked. The number was written with one digit less.")
    with clock_at(days_ago(37)):
        obstacles.close_obstacle(by=team, obstacle=first, outcome="solved", text="Customs finds the number now.")
    second = _report(30, sellers[1], "payment", "The bank does not open a letter of credit for this amount",
                     "Our buyer’s bank asks for a guarantee that we cannot give.")  # fmt: skip
    with clock_at(days_ago(20)):
        obstacles.close_obstacle(
            by=team, obstacle=second, outcome="unsolved", text="No bank we asked does it below 100,000 USD."
        )
    third = _report(6, sellers[2], "certificate", "Which laboratory may test for pesticides?",
                    "Two laboratories gave us different answers about the list of tests.")  # fmt: skip
    due = timezone.localdate() + dt.timedelta(days=2)
    with clock_at(days_ago(4)):
        obstacles.work_on_obstacle(by=team, obstacle=third, responsible=colleague, due_on=due)
        obstacles.answer_obstacle(by=colleague, obstacle=third, text="We ask the laboratory in Guangzhou.")
    with clock_at(days_ago(1)):
        company = Company.objects.filter(enrolments__partner=partner).order_by("pk")[0]
        obstacles.report_obstacle(
            by=desk,
            company=company,
            kind="visa",
            title="Visas for two people of the company",
            text="They need an invitation before they can apply for the event.",
        )


def _report(days: float, company: Company, kind: str, title: str, text: str) -> Obstacle:
    person = company.members.order_by("memberships__id")[0]
    with clock_at(days_ago(days)):
        return obstacles.report_obstacle(by=person, company=company, kind=kind, title=title, text=text)
