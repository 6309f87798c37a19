"""A programme: its rules, its draw, and whom it lets apply."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.first_orders import services
from matchmaker.first_orders.draw import hash_of_seed
from matchmaker.first_orders.models import Posting, Programme, VoucherApplication
from matchmaker.first_orders.services.accounts import balances_of
from matchmaker.notifications.models import Notice
from tests import factories
from tests.first_orders.conftest import RULES, TERMS, over

State = VoucherApplication.State


def refusal(act, *args, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    return refused.value.code


def test_a_programme_belongs_to_one_campaign_and_its_draft_to_its_team(fair):
    today = timezone.localdate()
    row = services.create_programme(by=fair.team, campaign=fair.campaign, opens_on=today, closes_on=today, **RULES)
    elsewhere = factories.organiser(factories.campaign(is_current=False))
    company = factories.member_of(factories.supplier())
    seen = {person: Programme.objects.visible_to(person).exists() for person in (fair.team, elsewhere, company)}
    assert [person for person, sees in seen.items() if sees] == [fair.team]
    for act in (services.open_programme, services.publish_list, services.draw_vouchers, services.end_programme):
        assert refusal(act, by=elsewhere, programme=row) == "not_found"
    assert refusal(services.create_programme, by=elsewhere, campaign=fair.campaign) == "not_found"
    services.open_programme(by=fair.team, programme=row)
    assert Programme.objects.visible_to(company).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("covers", []),
        ("covers", ["hotel"]),
        ("proofs", ["photograph"]),
        ("countries", ["XX"]),
        ("categories", ["NONE-1"]),
        ("currency", "ABC"),
        ("budget", Decimal(0)),
        ("cap", Decimal(-1)),
        ("share_percent", 101),
        ("name", {"en": "only English"}),
        ("closes_on", dt.date(2020, 1, 1)),
    ],
)
def test_rules_that_mean_nothing_are_refused_by_field(fair, field, value):
    today = timezone.localdate()
    rules = {**RULES, "opens_on": today, "closes_on": today, field: value}
    with pytest.raises(ValidationError) as problem:
        services.create_programme(by=fair.team, campaign=fair.campaign, **rules)
    assert field in problem.value.message_dict


def test_rules_do_not_change_after_they_were_published(fair):
    programme = fair.programme()
    assert refusal(services.change_programme, by=fair.team, programme=programme, cap=1) == "programme_published"


def test_the_seed_is_secret_until_the_draw_and_its_hash_is_published(fair):
    programme = fair.programme()
    fair.applied(programme)
    over(programme)
    services.publish_list(by=fair.team, programme=programme)
    programme.refresh_from_db()
    before = services.published_draw(programme)
    assert programme.secret_seed not in str(before)
    services.draw_vouchers(by=fair.team, programme=programme, seed="chosen by the organiser")
    after = services.published_draw(programme)
    assert hash_of_seed(after["seed"]) == before["seed_sha256"] == programme.seed_sha256
    assert after["list_sha256"] == before["list_sha256"]


def test_a_public_source_is_named_before_and_its_value_is_asked_for(fair):
    programme = fair.programme(seed_source="Shanghai Composite, close of 2027-03-01")
    fair.applied(programme)
    over(programme)
    services.publish_list(by=fair.team, programme=programme)
    assert refusal(services.draw_vouchers, by=fair.team, programme=programme, seed=" ") == "seed_missing"
    services.draw_vouchers(by=fair.team, programme=programme, seed=" 3312.45 ")
    assert services.published_draw(programme)["seed"] == "3312.45"


def test_steps_come_in_their_order(fair):
    programme = fair.programme()
    assert refusal(services.publish_list, by=fair.team, programme=programme) == "still_open"
    assert refusal(services.draw_vouchers, by=fair.team, programme=programme) == "programme_state"
    assert refusal(services.end_programme, by=fair.team, programme=programme) == "programme_state"
    fair.drawn(programme)
    assert refusal(services.draw_vouchers, by=fair.team, programme=programme) == "programme_state"
    assert refusal(services.publish_list, by=fair.team, programme=programme) == "programme_state"


def test_a_voucher_is_the_share_of_the_covered_costs_up_to_the_ceiling(fair):
    programme = fair.programme()
    (pair,) = fair.applied(programme)  # 400 + 100 USD at 7 = 3,500 yuan
    assert (pair.application.costs, pair.application.amount) == (Decimal(3500), Decimal(1750))
    dear = fair.pair({"freight_cost": Decimal(4000)})
    assert services.apply(by=dear.buy, lot=dear.lot, programme=programme).amount == Decimal(2000)
    none = fair.pair({"freight_cost": None, "inspection_cost": None})
    assert refusal(services.apply, by=none.sell, lot=none.lot, programme=programme) == "no_costs"
    other = fair.pair({"currency": "SEK"})
    assert refusal(services.apply, by=other.sell, lot=other.lot, programme=programme) == "no_rate"


@pytest.mark.parametrize(
    ("rules", "company"),
    [
        ({"small_only": True}, {"size": "50-249"}),
        ({"first_time_only": True}, {"first_time_exporter": False}),
        ({"countries": ["VN"]}, {"country": "TH"}),
    ],
)
def test_the_rules_say_who_takes_part(fair, rules, company):
    programme = fair.programme(**rules)
    pair = fair.pair()
    type(pair.seller).objects.filter(pk=pair.seller.pk).update(**company)
    lot = type(pair.lot).objects.get(pk=pair.lot.pk)
    ((_programme, why),) = services.programmes_for(lot)
    assert why
    assert refusal(services.apply, by=pair.sell, lot=lot, programme=programme) == "not_eligible"


def test_a_category_that_is_not_of_the_programme_takes_no_part(fair):
    factories.category("TECH-01")
    programme = fair.programme(categories=["TECH-01"])
    pair = fair.pair()
    assert refusal(services.apply, by=pair.sell, lot=pair.lot, programme=programme) == "not_eligible"


def test_only_a_confirmed_lot_of_the_campaign_applies_and_a_supplier_once(fair):
    programme = fair.programme()
    pair = fair.enquiry()
    lot = services.write_lot(by=pair.sell, enquiry=pair.enquiry, **TERMS)
    assert refusal(services.apply, by=pair.sell, lot=lot, programme=programme) == "lot_not_confirmed"
    services.confirm_lot(by=pair.buy, lot=lot, version=1)
    stranger = factories.member_of(factories.supplier())
    assert refusal(services.apply, by=stranger, lot=lot, programme=programme) == "not_found"
    services.apply(by=pair.sell, lot=lot, programme=programme)
    assert refusal(services.apply, by=pair.buy, lot=lot, programme=programme) == "applied_already"
    other = factories.campaign(is_current=False)
    Programme.objects.filter(pk=programme.pk).update(campaign=other)
    later = fair.pair()
    assert refusal(services.apply, by=later.sell, lot=later.lot, programme=programme) == "not_found"


def test_small_companies_and_first_timers_are_drawn_first(fair):
    programme = fair.programme(budget=Decimal(100000))
    large = fair.pair()
    type(large.seller).objects.filter(pk=large.seller.pk).update(size="1000+")
    services.apply(by=large.sell, lot=type(large.lot).objects.get(pk=large.lot.pk), programme=programme)
    fair.applied(programme, 3)
    fair.drawn(programme)
    assert programme.applications.get(supplier=large.seller).place == 4


def test_the_draw_gives_vouchers_until_the_budget_ends_and_the_rest_wait_in_order(fair):
    programme = fair.programme()  # 5,000: two of 1,750, and no third
    fair.applied(programme, 4)
    fair.drawn(programme)
    states = list(programme.applications.order_by("place").values_list("place", "state"))
    assert states == [(1, State.VOUCHER), (2, State.VOUCHER), (3, State.WAITING), (4, State.WAITING)]
    programme.refresh_from_db()
    assert (programme.available, programme.reserved, programme.paid) == (1500, 3500, 0)
    assert balances_of(programme) == {"funder": -5000, "available": 1500, "reserved": 3500, "paid": 0}
    told = Notice.objects.filter(kind="enquiry_voucher").values_list("context__step", flat=True)
    assert sorted(told) == ["applied"] * 8 + ["drawn"] * 4 + ["waiting"] * 4


def test_a_withdrawn_voucher_goes_to_the_next_who_waits(fair):
    programme = fair.programme()
    pairs = fair.applied(programme, 3)
    fair.drawn(programme)
    by_number = {pair.application.number: pair for pair in pairs}
    first, _second, third = programme.applications.order_by("place")
    pair = by_number[first.number]
    services.withdraw(by=pair.buy, application=first, why="The shop was sold.")
    third.refresh_from_db()
    assert third.state == State.VOUCHER
    programme.refresh_from_db()
    assert (programme.available, programme.reserved) == (1500, 3500)
    assert refusal(services.withdraw, by=pair.buy, application=first, why="x") == "withdrawn_already"
    assert refusal(services.withdraw, by=factories.user(), application=third, why="x") == "not_found"


def test_who_withdraws_between_list_and_draw_keeps_the_order_and_gets_nothing(fair):
    programme = fair.programme(budget=Decimal(2000))
    pairs = fair.applied(programme, 2)
    over(programme)
    services.publish_list(by=fair.team, programme=programme)
    services.withdraw(by=pairs[0].sell, application=pairs[0].application, why="Too late in the season.")
    services.draw_vouchers(by=fair.team, programme=programme)
    published = services.published_draw(programme)
    assert published["withdrawn"] == [pairs[0].application.number]
    assert published["winners"] == [pairs[1].application.number]
    assert len(published["order"]) == 2


def test_an_ended_lot_withdraws_its_application_and_gives_the_voucher_on(fair):
    programme = fair.programme(budget=Decimal(2000))
    pairs = fair.applied(programme, 2)
    fair.drawn(programme)
    winner = programme.applications.get(state=State.VOUCHER)
    pair = next(pair for pair in pairs if pair.application.pk == winner.pk)
    services.end_lot(by=pair.sell, lot=pair.lot)
    winner.refresh_from_db()
    assert winner.state == State.WITHDRAWN
    assert programme.applications.filter(state=State.VOUCHER).count() == 1
    assert Notice.objects.filter(kind="enquiry_trial_lot", context__step="ended").count() == 1
    assert refusal(services.end_lot, by=pair.sell, lot=pair.lot) == "lot_ended"


def test_an_ended_programme_gives_back_what_is_left(fair):
    programme = fair.programme()
    pairs = fair.applied(programme, 1)
    fair.drawn(programme)
    assert refusal(services.end_programme, by=fair.team, programme=programme) == "vouchers_open"
    services.withdraw(by=fair.team, application=pairs[0].application, why="No answer for two months.")
    services.end_programme(by=fair.team, programme=programme)
    programme.refresh_from_db()
    assert (programme.available, programme.reserved, programme.paid) == (0, 0, 0)
    assert set(balances_of(programme).values()) == {Decimal(0)}
    assert Posting.objects.filter(kind="left").get().amount == 5000
