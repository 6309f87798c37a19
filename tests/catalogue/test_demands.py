"""What buyers do with their demands, and who may see them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.catalogue import services
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.services.demands import LineErrors
from matchmaker.companies.services import change_status
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db

NEXT_MONTH = timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture
def company():
    return make.buyer()


def save(company, demand=None, **fields):
    values = {"title": "大米采购", "closing_on": NEXT_MONTH} if demand is None else {}
    return services.save_demand(by=make.member_of(company), company=company, demand=demand, **{**values, **fields})


def test_lines_are_numbered_in_the_order_given(company):
    demand = save(company, lines=[{"text": "一"}, {"text": "二"}])
    first, second = demand.lines.all()
    save(company, demand, lines=[{"uid": second.uid, "text": "二"}, {"text": "三"}, {"uid": first.uid, "text": "一"}])
    assert [(line.number, line.text) for line in demand.lines.all()] == [(1, "二"), (2, "三"), (3, "一")]
    assert demand.lines.get(number=3).pk == first.pk


def test_lines_are_left_as_they_are_when_none_are_given(company):
    demand = save(company, lines=[{"text": "一"}])
    before = demand.lines.get().revision
    save(company, demand, title="新标题")
    assert demand.lines.get().revision == before + 1


def test_problems_of_lines_are_told_by_line_and_nothing_is_saved(company):
    with pytest.raises(LineErrors) as refusal:
        save(company, lines=[{"text": "一"}, {"text": "", "quantity": Decimal(5)}, {"text": "三", "hs_code": "999999"}])
    assert {at: sorted(errors) for at, errors in refusal.value.by_line.items()} == {
        1: ["text", "unit"],
        2: ["hs_code"],
    }
    assert (Demand.objects.count(), DemandLine.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"target_price": Decimal(5)}, "currency"),
        ({"target_price": Decimal(-5), "currency": "CNY"}, "target_price"),
        ({"quantity": Decimal("1e18"), "unit": "t"}, "quantity"),
        ({"unit": "furlong"}, "unit"),
        ({"origins_wanted": ["XX"]}, "origins_wanted"),
        ({"origins_wanted": ["TH"], "origins_excluded": ["TH"]}, "origins_excluded"),
        ({"certificates_required": ["MOON"]}, "certificates_required"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 1001}, "text"),
    ],
)
def test_a_line_that_cannot_be_is_refused(company, line, field):
    with pytest.raises(LineErrors) as refusal:
        save(company, lines=[{"text": "大米", **line}])
    assert list(refusal.value.by_line[0]) == [field]


def test_a_closing_day_in_the_past_is_refused(company):
    with pytest.raises(ValidationError) as refusal:
        save(company, closing_on=timezone.localdate() - dt.timedelta(days=1))
    assert list(refusal.value.message_dict) == ["closing_on"]


def test_a_supplier_posts_no_demand():
    with pytest.raises(Refused) as refusal:
        save(make.supplier())
    assert (refusal.value.code, refusal.value.status) == ("wrong_role", 403)


def test_a_demand_without_a_line_is_not_published(company):
    with pytest.raises(ValidationError):
        services.publish_demand(by=make.member_of(company), demand=save(company))


@pytest.mark.parametrize("verb", ["publish_demand", "close_demand", "withdraw_demand"])
def test_strangers_find_nothing_to_act_on(company, verb):
    with pytest.raises(Refused) as refusal:
        getattr(services, verb)(by=make.user(), demand=make.demand(company=company, lines=1))
    assert refusal.value.status == 404


def test_what_is_past_its_day_is_closed_once_and_its_people_are_told(company):
    demand = make.demand(company=company, closing_on=timezone.localdate() - dt.timedelta(days=1), lines=1)
    assert (services.close_expired_demands(), services.close_expired_demands()) == (1, 0)
    demand.refresh_from_db()
    assert demand.status == "closed"
    assert Notice.objects.filter(recipient=make.member_of(company)).count() == 1


@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        ("public", {"owner", "guest", "other", "stranger"}),
        ("invited", {"owner", "guest"}),
        ("private", {"owner"}),
    ],
)
def test_who_sees_a_demand(company, visibility, seen_by):
    demand = make.demand(company=company, visibility=visibility, lines=1)
    guest = make.supplier()
    services.invite_to_demand(by=make.member_of(company), demand=demand, company=guest)
    people = {
        "owner": make.member_of(company),
        "guest": make.member_of(guest),
        "other": make.member_of(make.supplier()),
        "stranger": AnonymousUser(),
    }
    for rows in (Demand, DemandLine):
        assert {name for name, user in people.items() if rows.objects.visible_to(user).exists()} == seen_by
    change_status(company, "suspended")
    assert {name for name, user in people.items() if Demand.objects.visible_to(user).exists()} == {"owner"}
