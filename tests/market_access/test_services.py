"""The verbs, on a database; rates here are TEST DATA."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import (
    Agreement,
    AgreementPartner,
    EntryRule,
    ReadinessAnswer,
    Registration,
    TariffRate,
)
from matchmaker.market_access.readiness import State
from matchmaker.market_access.registrations import Reminder
from matchmaker.market_access.services import (
    answer_question,
    duty_of,
    edit_partner,
    edit_rule,
    import_tariff,
    load_market_access,
    preview_rule,
    readiness_difference,
    readiness_of,
    readiness_of_many,
    record_registration,
    registrations_due,
    remind_of_registrations,
    remove_registration,
    rulebook,
    trade,
    withdraw_answer,
)
from tests import factories

JULY = date(2026, 7, 1)
HEADER = "hs_code,regime,rate_percent,rate_text,valid_from,valid_until,source\n"


@pytest.fixture
def maker(db):
    return factories.supplier(country="FR")


@pytest.fixture
def biscuits(maker, records):
    category = factories.category("AGRI-10")
    return factories.product(maker, name="Biscuits", hs_code="190531", origin="FR", category=category)


def by(company):
    return factories.member_of(company)


def tariff(*lines):
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


# -- records ----------------------------------------------------------------------------------------------------------


def test_load_market_access_twice_changes_nothing(records):
    again = load_market_access()
    assert (again.created, again.updated, again.kept) == (0, 0, 0)
    assert again.unchanged == records.created


def test_loaded_rows_think_as_the_files_do(records):
    from matchmaker.market_access.duty import read_trade
    from matchmaker.market_access.rules import read_rulebook
    from matchmaker.market_access.services.answers import RECORDS

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


# -- answers and registrations ----------------------------------------------------------------------------------------


def test_answer_question_decides_and_wakes_matching(biscuits):
    before = biscuits.revision
    answer_question(by=by(biscuits.company), product=biscuits, question="retail_packed", answer=False)
    biscuits.refresh_from_db()
    assert biscuits.revision == before + 1
    assert readiness_of(biscuits, JULY).questions == ()
    entry = AuditEntry.objects.get(verb="answer_question")
    assert (entry.organisation, entry.facts) == (
        str(biscuits.company.uid),
        {"question": "retail_packed", "answer": False},
    )


def test_the_last_answer_counts(biscuits):
    for answer in (False, True):
        answer_question(by=by(biscuits.company), product=biscuits, question="retail_packed", answer=answer)
    assert ReadinessAnswer.objects.get().answer is True


def test_withdraw_answer_opens_the_question_again(biscuits):
    answer_question(by=by(biscuits.company), product=biscuits, question="retail_packed", answer=False)
    for _ in range(2):
        withdraw_answer(by=by(biscuits.company), product=biscuits, question="retail_packed")
    assert [one.code for one in readiness_of(biscuits, JULY).questions] == ["retail_packed"]
    assert AuditEntry.objects.filter(verb="withdraw_answer").count() == 1


@pytest.mark.parametrize("question", ["retail_packed", "has:GB7718-2025", "applies:QUAR-PERMIT-AQUATIC"])
def test_answer_question_takes_the_three_kinds(biscuits, question):
    answer_question(by=by(biscuits.company), product=biscuits, question=question, answer=True)
    assert ReadinessAnswer.objects.get().question == question


@pytest.mark.parametrize("question", ["no_such", "has:GACC-FOOD", "has:", "applies:NO-SUCH", ""])
def test_answer_question_refuses_what_no_rule_asks(biscuits, question):
    with pytest.raises(Refused) as refusal:
        answer_question(by=by(biscuits.company), product=biscuits, question=question, answer=True)
    assert refusal.value.code == "unknown_question"


def test_answer_question_hides_the_product_from_strangers(biscuits):
    with pytest.raises(Refused) as refusal:
        answer_question(by=factories.user(), product=biscuits, question="retail_packed", answer=True)
    assert (refusal.value.code, refusal.value.status) == ("not_found", 404)


def test_record_registration_of_a_plant_counts_for_all_its_products(biscuits):
    record_registration(
        by=by(biscuits.company),
        company=biscuits.company,
        code="GACC-FOOD",
        number=" CFRA22002201 ",
        valid_from=date(2024, 3, 1),
    )
    row = Registration.objects.get()
    assert (row.number, row.valid_until, row.end_counted) == ("CFRA22002201", date(2029, 2, 28), True)
    met = {item.rule.code for item in readiness_of(biscuits, JULY).items if item.status == "met"}
    assert met == {"GACC-FOOD-280"}
    expired = {item.rule.code: item.reason.code for item in readiness_of(biscuits, date(2029, 3, 1)).items}
    assert expired["GACC-FOOD-280"] == "evidence_expired"


def test_a_registration_of_another_company_does_not_count(biscuits):
    other = factories.supplier()
    record_registration(by=by(other), company=other, code="GACC-FOOD", number="C9")
    assert "met" not in {item.status.value for item in readiness_of(biscuits, JULY).items}


def test_a_given_end_is_kept_as_given(biscuits):
    row = record_registration(
        by=by(biscuits.company),
        company=biscuits.company,
        code="GACC-FOOD",
        number="C1",
        valid_from=date(2024, 3, 1),
        valid_until=date(2026, 12, 31),
    )
    assert (row.valid_until, row.end_counted) == (date(2026, 12, 31), False)


def test_record_registration_of_a_cosmetic_needs_its_product(maker, records):
    cream = factories.product(maker, hs_code="330499", origin="FR", category=factories.category("CONS-01"))
    with pytest.raises(Refused) as refusal:
        record_registration(by=by(maker), company=maker, code="NMPA-COSMETIC", number="N1")
    assert refusal.value.code == "product_needed"
    record_registration(by=by(maker), company=maker, code="NMPA-COSMETIC", number="N1", product=cream)
    answer_question(by=by(maker), product=cream, question="special_cosmetic", answer=True)
    found = {item.rule.code: item.status.value for item in readiness_of(cream, JULY).items}
    assert found["COSMETIC-REGISTRATION"] == "met"


def test_a_number_of_one_product_does_not_count_for_another(maker, records):
    group = factories.category("CONS-01")
    one, other = (factories.product(maker, hs_code="330300", origin="FR", category=group) for _ in range(2))
    record_registration(by=by(maker), company=maker, code="NMPA-COSMETIC-FILING", number="F1", product=one)
    found = readiness_of_many([one, other], JULY)
    statuses = [{i.rule.code: i.status.value for i in found[p.pk].items}["COSMETIC-FILING"] for p in (one, other)]
    assert statuses == ["met", "missing"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "NO-SUCH", "number": "1"}, "unknown_registration"),
        ({"code": "CCC", "number": "1"}, "unknown_registration"),
        ({"code": "GACC-FOOD", "number": "C1"}, "already_recorded"),
    ],
)
def test_record_registration_refuses(biscuits, fields, code):
    record_registration(by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number="C1")
    with pytest.raises(Refused) as refusal:
        record_registration(by=by(biscuits.company), company=biscuits.company, **fields)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "A\nB"}, "number"),
        ({"number": "C1", "valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}, "valid_until"),
    ],
)
def test_record_registration_names_the_wrong_field(biscuits, fields, field):
    with pytest.raises(ValidationError) as refusal:
        record_registration(by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", **fields)
    assert list(refusal.value.message_dict) == [field]


def test_strangers_record_nothing(biscuits):
    for company in (biscuits.company, factories.supplier()):
        with pytest.raises(Refused) as refusal:
            record_registration(by=factories.user(), company=company, code="GACC-FOOD", number="C1", product=biscuits)
        assert refusal.value.status == 404


def test_remove_registration_lowers_readiness_and_stays_in_the_audit(biscuits):
    person = by(biscuits.company)
    row = record_registration(by=person, company=biscuits.company, code="GACC-FOOD", number="C1")
    remove_registration(by=person, registration=row)
    assert Registration.objects.count() == 0
    assert AuditEntry.objects.get(verb="remove_registration").facts == {"code": "GACC-FOOD", "number": "C1"}


def test_a_certificate_of_the_catalogue_counts(maker, records):
    fridge = factories.product(
        maker, hs_code="841810", origin="IT", category=factories.category("CONS-08"), certificates=("CCC",)
    )
    answer_question(by=by(maker), product=fridge, question="mains_consumer", answer=True)
    found = {item.rule.code: item.status.value for item in readiness_of(fridge, JULY).items}
    assert found == {"CCC-ELECTRIC": "met", "ENERGY-LABEL": "missing"}


def test_registrations_are_visible_to_their_company_only(biscuits):
    row = record_registration(by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number="C1")
    assert list(Registration.objects.visible_to(by(biscuits.company))) == [row]
    assert list(Registration.objects.visible_to(factories.user())) == []


# -- reminders --------------------------------------------------------------------------------------------------------


def register(company, number, ends, **fields):
    return record_registration(
        by=by(company), company=company, code="GACC-FOOD", number=number, valid_until=ends, **fields
    )


def test_registrations_due_the_nearest_end_first(maker, records):
    soon, later = (register(maker, n, end) for n, end in (("A", date(2027, 1, 31)), ("B", date(2027, 6, 30))))
    register(factories.supplier(), "C", date(2027, 7, 2))
    register(factories.supplier(), "D", date(2026, 6, 30))
    # A is followed by B of the same company and code, so only B is left to remind of.
    due = registrations_due(JULY)
    assert [one.registration for one in due] == [later]
    later.delete()
    (one,) = registrations_due(JULY)
    assert (one.registration, one.step) == (soon, Reminder.OPENS)
    assert (one.apply_from, one.apply_until) == (date(2026, 1, 31), date(2026, 10, 31))
    assert one.event_key == f"registration_expiring:{soon.uid}:2027-01-31:opens"


def test_a_number_without_end_ends_the_reminders(maker, records):
    register(maker, "A", date(2027, 1, 31))
    register(maker, "B", None)
    assert registrations_due(JULY) == []


def test_each_step_has_its_own_key(maker, records):
    register(maker, "A", date(2027, 1, 31))
    days = [date(2026, 7, 1), date(2026, 8, 15), date(2026, 10, 15), date(2026, 12, 1)]
    keys = [registrations_due(day)[0].event_key.rpartition(":")[2] for day in days]
    assert keys == ["opens", "half", "closing", "late"]


def test_remind_of_registrations_tells_each_person_once_a_step(maker, records):
    from matchmaker.notifications.models import Notice

    register(maker, "A", date(2027, 1, 31))
    assert [remind_of_registrations(today=JULY) for _ in range(2)] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("registration_expiring", by(maker))
    assert notice.context == {
        "name": "Registration of the overseas food plant (Decree 280)",
        "number": "A",
        "company": str(maker),
        "valid_until": "2027-01-31",
        "apply_until": "2026-10-31",
    }
    assert remind_of_registrations(today=date(2026, 8, 15)) == 1


def test_the_last_reminder_names_no_day_to_apply_by(maker, records):
    from matchmaker.notifications.models import Notice

    register(maker, "A", date(2027, 1, 31))
    remind_of_registrations(today=date(2026, 12, 1))
    assert Notice.objects.get().context["apply_until"] == ""


# -- readiness and duty -----------------------------------------------------------------------------------------------


def test_readiness_of_many_asks_the_same_number_of_queries(records, django_assert_num_queries):
    group = factories.category("CONS-01")
    rows = [factories.product(hs_code="330499", origin="FR", category=group) for _ in range(6)]
    from matchmaker.catalogue.models import Product

    listed = Product.objects.filter(pk__in=[row.pk for row in rows]).select_related("category")
    with django_assert_num_queries(7):
        found = readiness_of_many(listed.prefetch_related("certificates"), JULY)
    assert len(found) == 6


def test_readiness_difference_of_a_stored_product(biscuits):
    changes = readiness_difference(biscuits, date(2026, 5, 15), JULY)
    assert [(one.kind, one.requirement) for one in changes] == [("replaced", "GACC-FOOD")]


def test_a_product_without_category_and_code_is_unknown(maker, records):
    product = factories.product(maker, hs_code="", category_id=None, status="draft")
    assert readiness_of(product, JULY).state is State.UNKNOWN


def test_duty_of_a_kenyan_avocado(records):
    product = factories.product(hs_code="080440", origin="KE")
    assert duty_of(product, date(2026, 4, 30)).best is None
    assert duty_of(product, date(2026, 5, 1)).best.agreement.code == "AFR-ZERO"


def test_duty_of_uses_loaded_rates(records):
    content = tariff("08044000,MFN,25,,2026-01-01,,TEST DATA")
    import_tariff(by=factories.organiser(), content=content, apply=True)
    product = factories.product(hs_code="080440", origin="KE")
    answer = duty_of(product, JULY, value=Decimal(1000))
    assert (answer.mfn.low, answer.best.saving.low) == (Decimal(25), Decimal("250.00"))
    assert duty_of(product, JULY, origin="PE").options[0].agreement.code == "PER"


def test_duty_of_takes_three_queries_at_most(records, django_assert_max_num_queries):
    product = factories.product(hs_code="080440", origin="KE")
    with django_assert_max_num_queries(3):
        duty_of(product, JULY)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("080440", ["08044000", "0804400010"]),
        ("08044000", ["08044000", "0804400010"]),
        ("08", ["08044000", "0804400010", "08045010"]),
        ("070959", []),
        ("999999", ["99999999"]),
    ],
)
def test_national_lines_below_a_code(db, code, found):
    for line in ("08044000", "0804400010", "08045010", "09011100", "99999999"):
        TariffRate.objects.create(hs_code=line, regime="MFN", percent=1, valid_from="2026-01-01", source="TEST DATA")
    assert list(TariffRate.objects.below(code).values_list("hs_code", flat=True)) == found


# -- tariff files -----------------------------------------------------------------------------------------------------

ROW = "07095940,MFN,13,,2026-01-01,,TEST DATA"


def test_import_tariff_previews_and_then_writes_the_same(records):
    organiser = factories.organiser()
    preview = import_tariff(by=organiser, content=tariff(ROW))
    assert (preview.created, preview.applied, TariffRate.objects.count()) == (1, False, 0)
    done = import_tariff(by=organiser, content=tariff(ROW), apply=True)
    assert (done.created, done.applied, TariffRate.objects.count()) == (1, True, 1)
    assert AuditEntry.objects.get(verb="import_tariff").facts == {"created": 1, "ended": 0, "sources": ["TEST DATA"]}


def test_import_tariff_twice_changes_nothing(records):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW), apply=True)
    again = import_tariff(by=organiser, content=tariff(ROW), apply=True)
    assert (again.created, again.unchanged, again.applied, TariffRate.objects.count()) == (0, 1, False, 1)


def test_a_later_rate_ends_the_open_one(records):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW), apply=True)
    done = import_tariff(by=organiser, content=tariff("07095940,MFN,12,,2027-01-01,,TEST DATA"), apply=True)
    assert (done.created, done.ended) == (1, 1)
    assert list(TariffRate.objects.values_list("percent", "valid_from", "valid_until")) == [
        (Decimal(13), date(2026, 1, 1), date(2026, 12, 31)),
        (Decimal(12), date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "07095940,MFN,12,,2026-06-01,2026-06-30,TEST DATA",
        "07095940,MFN,12,,2026-01-01,,TEST DATA",
        "07095940,MFN,12,,2025-01-01,,TEST DATA",
    ],
)
def test_closed_history_is_not_rewritten(records, row):
    organiser = factories.organiser()
    import_tariff(by=organiser, content=tariff(ROW.replace("2026-01-01,,", "2026-01-01,2026-12-31,")), apply=True)
    result = import_tariff(by=organiser, content=tariff(row), apply=True, accept_partial=True)
    assert [(fault.row, fault.code) for fault in result.faults] == [(2, "overlaps_loaded")]
    assert TariffRate.objects.count() == 1


def test_with_faults_nothing_is_written_unless_the_rest_is_accepted(records):
    organiser = factories.organiser()
    content = tariff(ROW, "070959,MFN,1,,2026-01-01,,TEST DATA")
    assert import_tariff(by=organiser, content=content, apply=True).applied is False
    assert TariffRate.objects.count() == 0
    done = import_tariff(by=organiser, content=content, apply=True, accept_partial=True)
    assert (done.applied, TariffRate.objects.count()) == (True, 1)


def test_only_organisers_import_a_tariff(records):
    with pytest.raises(Refused) as refusal:
        import_tariff(by=factories.user(), content=tariff(ROW))
    assert refusal.value.code == "not_an_organiser"


@pytest.mark.slow
def test_thousands_of_rows_are_loaded(records):
    lines = [f"{10000000 + number},MFN,1,,2026-01-01,,TEST DATA" for number in range(2_000)]
    done = import_tariff(by=factories.organiser(), content=tariff(*lines), apply=True)
    assert (done.created, done.faults, TariffRate.objects.count()) == (2_000, (), 2_000)


@pytest.mark.parametrize(
    ("begins", "ends", "refused"),
    [
        ("2026-06-01", "2026-06-30", True),
        ("2025-01-01", "2026-01-01", True),
        ("2026-12-31", None, True),
        ("2027-01-01", None, False),
        ("2025-01-01", "2025-12-31", False),
    ],
)
def test_the_database_itself_refuses_overlapping_rates(db, begins, ends, refused):
    common = {"hs_code": "07095940", "regime": "MFN", "source": "TEST DATA"}
    TariffRate.objects.create(percent=13, valid_from="2026-01-01", valid_until="2026-12-31", **common)
    new = TariffRate(percent=12, valid_from=begins, valid_until=ends, **common)
    if refused:
        with pytest.raises(IntegrityError, match="tariff_rate"), transaction.atomic():
            new.save()
    new.regime = "ACFTA"
    new.save()
    assert TariffRate.objects.count() == 2


def test_the_database_refuses_an_overlap_by_update(db):
    common = {"hs_code": "07095940", "regime": "MFN", "percent": 1, "source": "TEST DATA"}
    first = TariffRate.objects.create(valid_from="2026-01-01", valid_until="2026-12-31", **common)
    TariffRate.objects.create(valid_from="2027-01-01", **common)
    with pytest.raises(IntegrityError, match="tariff_rates_never_overlap"), transaction.atomic():
        TariffRate.objects.filter(pk=first.pk).update(valid_until=None)
