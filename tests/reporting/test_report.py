"""The figures of the report, counted in a campaign in which something happened."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.campaigns.services import approve_company, company_invitations
from matchmaker.companies.models import Membership
from matchmaker.core.clocks import CHINA
from matchmaker.core.problems import Refused
from matchmaker.messaging import services as messaging
from matchmaker.messaging.models import DealStep
from matchmaker.reporting import services
from matchmaker.reporting.services.facts import Scope
from matchmaker.reporting.services.protection import small_groups
from tests import factories
from tests.files import paper

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def steps(report) -> dict[str, int]:
    return {step.code: step.companies for step in report.funnel}


def test_funnel_counts_companies_by_step(season):
    assert steps(services.build(season.scope)) == {
        "invited": 0,
        "registered": 7,
        "carried": 0,
        "approved": 8,
        "published": 3,
        "matched": 3,
        "talking": 3,
        "met": 3,
        "quoted": 0,
        "agreed": 3,
        "ordered": 3,
        "shipped": 2,
    }


def test_rates_are_of_the_registered_and_of_the_step_before(season):
    rows = {step.code: step for step in services.build(season.scope).funnel}
    assert (rows["met"].of_registered, rows["met"].of_before) == (3 / 7, 1.0)
    assert (rows["approved"].companies, rows["approved"].of_registered, rows["approved"].of_before) == (8, 1.0, 1.0)
    assert (rows["registered"].of_before, rows["quoted"].of_before, rows["agreed"].of_before) == (None, 0.0, None)


def test_an_invitation_is_credited_with_invited_companies_that_came_and_with_no_others(season):
    old = factories.campaign(slug="old", is_current=False)
    listed = [factories.supplier(contact_email=f"office{n}@mill{n}.example") for n in range(2)]
    for company in listed:
        company.memberships.all().delete()
    factories.take_part(season.campaign, *listed)
    company_invitations.invite_companies(by=season.organiser, campaign=season.campaign, companies=listed)
    carried = [factories.supplier() for _n in range(3)]
    factories.take_part(old, *carried)
    factories.take_part(season.campaign, *carried)
    rows = {step.code: step for step in services.build(season.scope).funnel}
    assert [rows[code].companies for code in ("invited", "registered", "carried")] == [2, 7, 3]
    assert (rows["registered"].of_before, rows["carried"].of_before, rows["carried"].of_registered) == (0.0, None, None)
    Membership.objects.create(company=listed[0], user=factories.user(), role="admin")
    rows = {step.code: step for step in services.build(season.scope).funnel}
    assert (rows["registered"].companies, rows["registered"].of_before) == (8, 0.5)


def test_invitations_of_another_campaign_are_not_counted(season):
    old = factories.campaign(slug="old", is_current=False)
    li = factories.organiser(old)
    listed = factories.supplier(contact_email="office@mill.example")
    listed.memberships.all().delete()
    factories.take_part(old, listed)
    factories.take_part(season.campaign, listed)
    company_invitations.invite_companies(by=li, campaign=old, companies=[listed])
    assert steps(services.build(season.scope))["invited"] == 0
    assert steps(services.build(Scope((old,))))["invited"] == 1


def test_an_approval_counts_in_the_campaign_that_decided_and_on_its_day(season):
    new = factories.campaign(slug="new", is_current=False)
    decides = factories.organiser(new)
    waiting = [factories.supplier(status="pending", submitted_at=timezone.now()) for _n in range(2)]
    factories.take_part(season.campaign, *waiting)
    approve_company(by=season.organiser, company=waiting[0], campaign=season.campaign)
    factories.take_part(new, *waiting)
    approve_company(by=decides, company=waiting[1], campaign=new)
    before = steps(services.build(season.scope))["approved"]
    found = services.build(Scope((new,)))
    assert (before, steps(found)["approved"], steps(found)["carried"]) == (8 + 1, 1, 2)
    assert [sum(row.steps[:2]) for row in found.trend] == [1]  # signed up none, approved one


def test_meetings_by_outcome_with_kept_rate_satisfaction_and_tables(season):
    row = services.build(season.scope).meetings
    assert (row.held, row.missed, row.disputed, row.cancelled, row.open) == (2, 1, 1, 0, 0)
    assert (row.kept, row.satisfaction, row.ratings) == (2 / 3, Decimal(4), 3)
    assert (row.used, row.places, row.tables_used) == (4, 8, 0.5)


def test_deals_by_rung_with_values_in_their_currency_and_in_yuan(season):
    report = services.build(season.scope)
    order = next(rung for rung in report.rungs if rung.code == "order")
    assert (order.claims, order.confirmed, order.denied) == (2, 2, 0)
    assert [(value.currency, value.amount) for value in order.values] == [("CNY", 500), ("USD", 1000)]
    assert order.yuan == Decimal("7600.00")
    assert [(rate.currency, rate.as_of) for rate in report.rates] == [
        ("USD", timezone.localdate() - dt.timedelta(days=5))
    ]
    intent = next(rung for rung in report.rungs if rung.code == "intent")
    assert (intent.claims, intent.confirmed, intent.denied) == (1, 0, 1)
    assert {row.code: row.count for row in report.failures if row.count} == {"steps_denied": 1}


def test_confirmed_steps_that_rest_on_a_document_are_counted(season):
    step = DealStep.objects.confirmed().filter(rung="order").first()
    messaging.back_step(by=factories.member_of(step.enquiry.supplier), step=step, file=paper())
    backed = {rung.code: rung.backed for rung in services.build(season.scope).rungs}
    assert backed == {"intent": 0, "sample": 0, "order": 1, "shipment": 0, "customs": 0, "payment": 0, "repeat": 0}


def test_splits_by_country_event_and_partner(season):
    report = services.build(season.scope)
    countries = {group.key: group.steps for group in report.splits["country"]}
    assert countries == {"TH": (3, 4, 2, 2, 2, 2, 1), "CN": (3, 3, 1, 1, 1, 1, 1), "FR": (1, 1, 0, 0, 0, 0, 0)}
    assert [(group.name, group.steps[0]) for group in report.splits["event"]] == [("Wuhan meetings", 7)]
    assert [group.steps for group in report.splits["partner"]] == [(3, 3, 2, 2, 2, 2, 1)]


def test_trend_counts_new_companies_by_month_and_week(season):
    today = timezone.localdate(timezone=ZoneInfo(CHINA))  # the report counts days in Beijing
    month, week = services.build(season.scope), services.build(season.scope, period="week")
    assert month.trend[-1].key == f"{today:%Y-%m}"
    assert sum(row.steps[0] for row in month.trend) == sum(row.steps[0] for row in week.trend) == 7
    assert week.trend[-1].key == f"{today:%G-W%V}"


def test_an_enquiry_from_before_the_campaign_is_not_its_doing(season):
    season.talks[0][0].__class__.objects.update(created_at=timezone.now() - dt.timedelta(days=400))
    found = steps(services.build(season.scope))
    assert (found["registered"], found["talking"], found["ordered"]) == (7, 0, 0)


def test_two_campaigns_count_a_company_once(season):
    other = factories.campaign(is_current=False)
    other.participations.create(company=season.sellers[0].company, side="supplier")
    both = services.build(Scope((season.campaign, other)))
    assert steps(both)["registered"] == 7
    found = steps(services.build(Scope((other,))))
    assert (found["registered"], found["carried"]) == (0, 1)


def test_the_number_of_queries_does_not_grow_with_the_companies(season, django_assert_max_num_queries):
    for _n in range(5):
        company = factories.supplier()
        season.campaign.participations.create(company=company, side="supplier")
        factories.product(company)
    with django_assert_max_num_queries(35):
        services.build(season.scope)


def test_targets_stand_beside_and_only_organisers_set_them(season):
    services.set_targets(by=season.organiser, campaign=season.campaign, values={"registered": 100, "met": 40})
    services.set_targets(by=season.organiser, campaign=season.campaign, values={"met": None})
    assert {step.code: step.target for step in services.build(season.scope).funnel if step.target} == {
        "registered": 100
    }
    with pytest.raises(ValidationError) as wrong:
        services.set_targets(by=season.organiser, campaign=season.campaign, values={"met": 0, "rain": 3})
    assert set(wrong.value.message_dict) == {"met", "rain"}
    with pytest.raises(Refused) as refused:
        services.set_targets(by=season.desk, campaign=season.campaign, values={"met": 1})
    assert refused.value.status == 404


def test_a_partner_reads_no_cell_of_fewer_than_three_companies(season):
    line = {step.code: step.companies for step in services.partner_line(season.partner)}
    assert (line["registered"], line["approved"], line["met"], line["quoted"]) == (3, 3, None, 0)


def test_the_next_smallest_group_hides_a_single_small_one():
    groups = {"FR": {1}, "TH": {2, 3, 4}, "CN": {5, 6, 7, 8}}
    assert small_groups(groups) == {"FR", "TH"}
    assert small_groups({"TH": {2, 3, 4}, "CN": {5, 6, 7, 8}}) == set()
    assert small_groups({"a": {1}, "b": {2}, "c": {3}, "d": {4, 5, 6}}) == {"a", "b", "c"}


def test_an_event_has_its_own_row(season):
    row = services.event_row(season.hall.event)
    assert (row.key, row.companies, row.held, row.missed) == ("past", 7, 2, 1)
    assert row == services.build(services.Scope((season.campaign,), event=season.hall.event)).events[0]
