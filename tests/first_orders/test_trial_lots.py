"""The trial lot of two companies: versions, confirmations, landed cost."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.first_orders import services
from matchmaker.first_orders.models import LotConfirmation, TrialLot
from matchmaker.notifications.models import Notice
from tests import factories
from tests.first_orders.conftest import TERMS


def refusal(act, *args, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    return refused.value.code


def test_the_side_that_writes_confirms_and_the_other_one_is_told(fair):
    pair = fair.enquiry()
    lot = services.write_lot(by=pair.sell, enquiry=pair.enquiry, **TERMS)
    assert (lot.version, lot.confirmed_by, lot.is_confirmed) == (1, {"supplier"}, False)
    notice = Notice.objects.get(kind="enquiry_trial_lot")
    assert (notice.recipient, notice.context["goods"]) == (pair.buy, "Jasmine rice in 5 kg bags")
    lot = services.confirm_lot(by=pair.buy, lot=lot, version=1)
    assert lot.is_confirmed
    services.confirm_lot(by=pair.buy, lot=lot, version=1)  # again: nothing more is told
    assert Notice.objects.filter(kind="enquiry_trial_lot", recipient=pair.sell).count() == 1
    assert AuditEntry.objects.of(pair.wanter).filter(verb="confirm_trial_lot").count() == 1


def test_a_change_takes_both_confirmations_back_and_the_same_terms_change_nothing(fair):
    pair = fair.pair()
    same = services.write_lot(by=pair.buy, enquiry=pair.enquiry, **TERMS)
    assert (same.version, same.is_confirmed) == (1, True)
    changed = services.write_lot(by=pair.buy, enquiry=pair.enquiry, quantity=Decimal(300))
    assert (changed.version, changed.confirmed_by) == (2, {"buyer"})
    assert refusal(services.confirm_lot, by=pair.sell, lot=changed, version=1) == "lot_changed"
    assert services.confirm_lot(by=pair.sell, lot=changed, version=2).is_confirmed
    assert LotConfirmation.objects.filter(lot=changed).count() == 4


def test_a_lot_that_applied_changes_only_after_the_application_is_withdrawn(fair):
    (pair,) = fair.applied(fair.programme())
    assert refusal(services.write_lot, by=pair.buy, enquiry=pair.enquiry, quantity=Decimal(1)) == "lot_applied"
    services.withdraw(by=pair.buy, application=pair.application, why="We want less.")
    assert services.write_lot(by=pair.buy, enquiry=pair.enquiry, quantity=Decimal(1)).version == 2
    assert pair.application.terms["quantity"] == "500"


def test_others_do_not_know_of_it(fair):
    pair, stranger = fair.pair(), factories.member_of(factories.supplier())
    seen = [TrialLot.objects.visible_to(person).exists() for person in (pair.sell, pair.buy, fair.team, stranger)]
    assert seen == [True, True, False, False]
    assert refusal(services.write_lot, by=stranger, enquiry=pair.enquiry, **TERMS) == "not_found"
    assert refusal(services.confirm_lot, by=stranger, lot=pair.lot, version=1) == "not_found"
    assert refusal(services.end_lot, by=stranger, lot=pair.lot) == "not_found"


def test_a_lot_needs_a_campaign_in_which_both_take_part(fair):
    pair = fair.enquiry()
    other = factories.campaign(is_current=False)
    named = {"by": pair.sell, "enquiry": pair.enquiry, **TERMS}
    assert refusal(services.write_lot, campaign=other, **named) == "no_campaign"
    other.participations.create(company=pair.seller, side="supplier")
    assert refusal(services.write_lot, campaign=other, **named) == "no_campaign"
    other.participations.create(company=pair.wanter, side="buyer")
    assert services.write_lot(campaign=other, **named).campaign == other


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", Decimal(0)),
        ("price", Decimal(0)),
        ("unit", "furlong"),
        ("currency", "ABC"),
        ("incoterm", "XYZ"),
        ("freight_by", "nobody"),
        ("goods", ""),
        ("freight_cost", Decimal(-1)),
        ("advance_percent", None),
        ("success", ""),
    ],
)
def test_terms_that_mean_nothing_are_refused_by_field(fair, field, value):
    pair = fair.enquiry()
    with pytest.raises(ValidationError) as problem:
        services.write_lot(by=pair.sell, enquiry=pair.enquiry, **{**TERMS, field: value})
    assert field in problem.value.message_dict


def test_landed_cost_names_what_is_not_known(fair):
    pair = fair.pair()
    cost, duty, typed = services.landed_cost_of(pair.lot)
    assert (duty is None, typed.freight) == (False, 2800)
    assert cost.currency == "CNY"
    assert cost.part("goods").high == Decimal(500) * Decimal("1.20") * 7
    assert cost.part("freight").high == 2800
    assert "insurance" in cost.missing
    assert not cost.is_complete
