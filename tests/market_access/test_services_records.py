"""Loading and editing the records."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.duty import read_trade
from matchmaker.market_access.models import (
    Agreement,
    AgreementPartner,
    EntryRule,
)
from matchmaker.market_access.readiness import State
from matchmaker.market_access.rules import read_rulebook
from matchmaker.market_access.services import (
    duty_of,
    edit_partner,
    edit_rule,
    load_market_access,
    preview_rule,
    rulebook,
    trade,
)
from matchmaker.market_access.services.answers import RECORDS
from tests import factories

JULY = date(2026, 7, 1)


def test_load_market_access_twice_changes_nothing(records):
    again = load_market_access()
    assert (again.created, again.updated, again.kept) == (0, 0, 0)
    assert again.unchanged == records.created


def test_loaded_rows_think_as_the_files_do(records):

    assert rulebook() == read_rulebook(RECORDS)
    assert trade() == read_trade(RECORDS)


def test_load_market_access_keeps_what_an_organiser_edited(records):
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    edit_rule(by=factories.organiser(), rule=rule, note="Catalogue of 2027 read.")
    Agreement.objects.filter(code="CHE").update(note="changed by hand in the table")
    done = load_market_access()
    assert (done.kept, done.updated) == (1, 1)
    rule.refresh_from_db()
    assert rule.note == "Catalogue of 2027 read."


def test_the_command_says_what_it_did(records, capsys):
    call_command("load_market_access")
    assert capsys.readouterr().out == (
        f"Market access: 0 created, 0 updated, {records.created} unchanged, 0 kept as edited here.\n"
    )


def test_edit_rule_keeps_history(records):
    organiser = factories.organiser()
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    edit_rule(by=organiser, rule=rule, valid_until=date(2030, 12, 31))
    entry = AuditEntry.objects.get(verb="edit_rule")
    assert (entry.actor, entry.object_uid) == (organiser, str(rule.uid))
    assert entry.facts == {"before": {"valid_until": None}, "after": {"valid_until": "2030-12-31"}}


def test_edit_rule_without_a_change_writes_no_history(records):
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    edit_rule(by=factories.organiser(), rule=rule, note=rule.note)
    assert AuditEntry.objects.count() == 0


def test_edit_rule_refuses_two_rules_on_one_day(records):
    rule = EntryRule.objects.get(code="GACC-FOOD-248")
    with pytest.raises(ValidationError) as refusal:
        edit_rule(by=factories.organiser(), rule=rule, valid_until=date(2026, 6, 30))
    assert refusal.value.message_dict == {
        "valid_from": ["On 2026-06-01 the rule GACC-FOOD-280 already answers for this requirement."]
    }


def test_edit_rule_refuses_an_end_before_the_beginning(records):
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    with pytest.raises(ValidationError, match="The last day must not lie before the first"):
        edit_rule(by=factories.organiser(), rule=rule, valid_until=date(2026, 1, 1))


def test_edit_rule_cannot_rename_a_rule(records):
    with pytest.raises(ValueError, match="code is not for organisers to write"):
        edit_rule(by=factories.organiser(), rule=EntryRule.objects.first(), code="OTHER")


@pytest.mark.parametrize("role", ["nobody", "staff"])
def test_only_organisers_edit_rules(records, role):
    person = factories.user() if role == "nobody" else factories.organiser(role=role)
    with pytest.raises(Refused) as refusal:
        edit_rule(by=person, rule=EntryRule.objects.first(), note="x")
    assert (refusal.value.code, refusal.value.status) == ("not_an_organiser", 403)


def test_preview_rule_says_for_whom_it_changes_and_writes_nothing(biscuits):
    valve = factories.product(hs_code="848180", origin="IT", category=factories.category("COMP-07"))
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    affected = preview_rule(rule, JULY, [biscuits, valve], valid_from=date(2026, 9, 1))
    assert [(one.product, one.before, one.after, one.changes) for one in affected] == [
        (biscuits, State.MISSING, State.MISSING, 1)
    ]
    rule.refresh_from_db()
    assert rule.valid_from == date(2026, 6, 1)


def test_edit_partner_moves_the_end_of_a_measure(records):
    partner = AgreementPartner.objects.get(agreement__code="AFR-ZERO", origin="KE")
    edit_partner(by=factories.organiser(), partner=partner, valid_until=date(2030, 4, 30))
    product = factories.product(hs_code="080440", origin="KE")
    assert duty_of(product, date(2029, 1, 1)).best.agreement.code == "AFR-ZERO"
    assert AuditEntry.objects.get(verb="edit_partner").facts["before"] == {"valid_until": "2028-04-30"}
