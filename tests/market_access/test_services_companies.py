"""Answers, registrations and reminders of a company."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import (
    ReadinessAnswer,
    Registration,
)
from matchmaker.market_access.number_formats import FORMATS, is_in_form
from matchmaker.market_access.registrations import Reminder
from matchmaker.market_access.services import (
    answer_question,
    check_registration,
    lower_ended,
    readiness_of,
    readiness_of_many,
    record_registration,
    registrations_due,
    remind_of_registrations,
    remove_registration,
)
from matchmaker.notifications.models import Notice
from tests import factories

JULY = date(2026, 7, 1)


def by(company):
    return factories.member_of(company)


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
        number=" CFRA15012303080022 ",
        valid_from=date(2024, 3, 1),
    )
    row = Registration.objects.get()
    assert (row.number, row.valid_until, row.end_counted) == ("CFRA15012303080022", date(2029, 2, 28), True)
    stated = {item.rule.code for item in readiness_of(biscuits, JULY).items if item.status == "stated"}
    assert stated == {"GACC-FOOD-280"}
    expired = {item.rule.code: item.reason.code for item in readiness_of(biscuits, date(2029, 3, 1)).items}
    assert expired["GACC-FOOD-280"] == "evidence_expired"


def test_a_registration_is_met_once_the_team_has_seen_evidence(biscuits):
    team = factories.organiser()
    campaign = team.organiser_of.get().campaign
    campaign.participations.create(company=biscuits.company, side="supplier")
    row = record_registration(
        by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number="CFRA15012303080022"
    )
    biscuits.refresh_from_db()
    before = biscuits.revision
    with pytest.raises(Refused):
        check_registration(by=by(biscuits.company), registration=row, campaign=campaign)
    check_registration(by=team, registration=row, campaign=campaign)
    found = {item.rule.code: item.status.value for item in readiness_of(biscuits, JULY).items}
    assert found["GACC-FOOD-280"] == "met"
    biscuits.refresh_from_db()
    assert biscuits.revision == before + 1  # matching reads it again
    assert AuditEntry.objects.get(verb="check_registration").actor == team


def test_an_old_number_in_no_form_is_never_met(biscuits):
    team = factories.organiser()
    campaign = team.organiser_of.get().campaign
    campaign.participations.create(company=biscuits.company, side="supplier")
    row = Registration.objects.create(company=biscuits.company, code="GACC-FOOD", number="abc", seen_on=JULY)
    found = {item.rule.code: item.status.value for item in readiness_of(biscuits, JULY).items}
    assert found["GACC-FOOD-280"] == "stated"
    with pytest.raises(Refused) as refusal:
        check_registration(by=team, registration=row, campaign=campaign)
    assert refusal.value.code == "number_form"


@pytest.mark.parametrize(
    ("code", "number", "sentence"),
    [
        ("GACC-FOOD", "abc", "It looks like CTHA15012303080012."),
        ("GACC-EXPORTER", "abc", "It looks like 100000THA000012345."),
        ("GACC-ORCHARD", "abc", "write it as it stands on the paper"),
    ],
)
def test_a_word_is_no_number_and_the_refusal_shows_the_right_form(biscuits, code, number, sentence):
    with pytest.raises(ValidationError) as refusal:
        record_registration(by=by(biscuits.company), company=biscuits.company, code=code, number=number)
    assert sentence in refusal.value.message_dict["number"][0]
    assert not Registration.objects.exists()


@pytest.mark.parametrize("number", ["ab", "12", "no number", "国食注字"])
def test_what_can_be_no_number_is_refused_for_every_registration(biscuits, number):
    for code in ("GACC-FOOD", "GACC-ORCHARD"):
        with pytest.raises(ValidationError):
            record_registration(by=by(biscuits.company), company=biscuits.company, code=code, number=number)


@pytest.mark.parametrize("number", ["FR 12.345.001 CE", "TH0012345", "C-FRA-15012303080001", "245C"])
def test_a_number_in_an_unusual_form_is_recorded_and_stays_stated(biscuits, number):
    team = factories.organiser()
    campaign = team.organiser_of.get().campaign
    campaign.participations.create(company=biscuits.company, side="supplier")
    row = record_registration(by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number=number)
    assert row.number == number
    with pytest.raises(Refused) as refusal:
        check_registration(by=team, registration=row, campaign=campaign)
    assert refusal.value.code == "number_form"
    found = {item.rule.code: item.status.value for item in readiness_of(biscuits, JULY).items}
    assert found["GACC-FOOD-280"] == "stated"


def test_a_number_of_an_authority_without_a_published_form_is_in_form():
    assert is_in_form("GACC-ORCHARD", "TH-12")
    assert not is_in_form("GACC-ORCHARD", "orchard")


def test_every_example_of_a_number_is_in_its_own_form():
    assert [code for code, form in FORMATS.items() if not is_in_form(code, form.example)] == []


def test_a_registration_of_another_company_does_not_count(biscuits):
    other = factories.supplier()
    record_registration(by=by(other), company=other, code="GACC-FOOD", number="CFRA15012303080009")
    assert "met" not in {item.status.value for item in readiness_of(biscuits, JULY).items}


def test_a_given_end_is_kept_as_given(biscuits):
    row = record_registration(
        by=by(biscuits.company),
        company=biscuits.company,
        code="GACC-FOOD",
        number="CFRA15012303080001",
        valid_from=date(2024, 3, 1),
        valid_until=date(2026, 12, 31),
    )
    assert (row.valid_until, row.end_counted) == (date(2026, 12, 31), False)


def test_record_registration_of_a_cosmetic_needs_its_product(maker, records):
    cream = factories.product(maker, hs_code="330499", origin="FR", category=factories.category("CONS-01"))
    with pytest.raises(Refused) as refusal:
        record_registration(by=by(maker), company=maker, code="NMPA-COSMETIC", number="国妆特进字20230001")
    assert refusal.value.code == "product_needed"
    record_registration(by=by(maker), company=maker, code="NMPA-COSMETIC", number="国妆特进字20230001", product=cream)
    answer_question(by=by(maker), product=cream, question="special_cosmetic", answer=True)
    found = {item.rule.code: item.status.value for item in readiness_of(cream, JULY).items}
    assert found["COSMETIC-REGISTRATION"] == "stated"


def test_a_number_of_one_product_does_not_count_for_another(maker, records):
    group = factories.category("CONS-01")
    one, other = (factories.product(maker, hs_code="330300", origin="FR", category=group) for _ in range(2))
    record_registration(
        by=by(maker), company=maker, code="NMPA-COSMETIC-FILING", number="国妆网备进字（沪）2023000001", product=one
    )
    found = readiness_of_many([one, other], JULY)
    statuses = [{i.rule.code: i.status.value for i in found[p.pk].items}["COSMETIC-FILING"] for p in (one, other)]
    assert statuses == ["stated", "missing"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "NO-SUCH", "number": "1"}, "unknown_registration"),
        ({"code": "CCC", "number": "1"}, "unknown_registration"),
        ({"code": "GACC-FOOD", "number": "CFRA15012303080001"}, "already_recorded"),
    ],
)
def test_record_registration_refuses(biscuits, fields, code):
    record_registration(
        by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number="CFRA15012303080001"
    )
    with pytest.raises(Refused) as refusal:
        record_registration(by=by(biscuits.company), company=biscuits.company, **fields)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "A\nB"}, "number"),
        (
            {"number": "CFRA15012303080001", "valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)},
            "valid_until",
        ),
    ],
)
def test_record_registration_names_the_wrong_field(biscuits, fields, field):
    with pytest.raises(ValidationError) as refusal:
        record_registration(by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", **fields)
    assert list(refusal.value.message_dict) == [field]


def test_strangers_record_nothing(biscuits):
    for company in (biscuits.company, factories.supplier()):
        with pytest.raises(Refused) as refusal:
            record_registration(
                by=factories.user(), company=company, code="GACC-FOOD", number="CFRA15012303080001", product=biscuits
            )
        assert refusal.value.status == 404


def test_remove_registration_lowers_readiness_and_stays_in_the_audit(biscuits):
    person = by(biscuits.company)
    row = record_registration(by=person, company=biscuits.company, code="GACC-FOOD", number="CFRA15012303080001")
    remove_registration(by=person, registration=row)
    assert Registration.objects.count() == 0
    assert AuditEntry.objects.get(verb="remove_registration").facts == {
        "code": "GACC-FOOD",
        "number": "CFRA15012303080001",
    }


def test_a_certificate_of_the_catalogue_counts(maker, records):
    fridge = factories.product(
        maker, hs_code="841810", origin="IT", category=factories.category("CONS-08"), certificates=("CCC",)
    )
    answer_question(by=by(maker), product=fridge, question="mains_consumer", answer=True)
    found = {item.rule.code: item.status.value for item in readiness_of(fridge, JULY).items}
    assert found == {"CCC-ELECTRIC": "stated", "ENERGY-LABEL": "missing"}
    fridge.certificates.update(seen_on=JULY)
    found = {item.rule.code: item.status.value for item in readiness_of(fridge, JULY).items}
    assert found == {"CCC-ELECTRIC": "met", "ENERGY-LABEL": "missing"}


def test_registrations_are_visible_to_their_company_only(biscuits):
    row = record_registration(
        by=by(biscuits.company), company=biscuits.company, code="GACC-FOOD", number="CFRA15012303080001"
    )
    assert list(Registration.objects.visible_to(by(biscuits.company))) == [row]
    assert list(Registration.objects.visible_to(factories.user())) == []


# -- reminders --


def number_of(letter: str) -> str:
    """A number in the right form for each letter."""
    return f"CFRA150123030800{ord(letter)}"


def register(company, number, ends, **fields):
    return record_registration(
        by=by(company), company=company, code="GACC-FOOD", number=number_of(number), valid_until=ends, **fields
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
    assert one.apply_until == date(2026, 10, 31)
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
    register(maker, "A", date(2027, 1, 31))
    assert [remind_of_registrations(today=JULY) for _ in range(2)] == [1, 0]
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("registration_expiring", by(maker))
    assert notice.context == {
        "name": "Registration of the overseas food plant (Decree 280)",
        "number": number_of("A"),
        "company": str(maker),
        "valid_until": "2027-01-31",
        "apply_until": "2026-10-31",
    }
    assert remind_of_registrations(today=date(2026, 8, 15)) == 1


def test_the_last_reminder_names_no_day_to_apply_by(maker, records):
    register(maker, "A", date(2027, 1, 31))
    remind_of_registrations(today=date(2026, 12, 1))
    assert Notice.objects.get().context["apply_until"] == ""


def test_the_day_after_a_registration_ended_matching_reads_the_products_again(maker, biscuits):
    by = factories.member_of(maker)
    record_registration(
        by=by, company=maker, code="GACC-FOOD", number="CFRA15012303080001", valid_until=date(2026, 12, 31)
    )
    biscuits.refresh_from_db()
    before = biscuits.revision
    assert (lower_ended(today=date(2026, 12, 31)), lower_ended(today=date(2027, 1, 1))) == (0, 1)
    biscuits.refresh_from_db()
    assert biscuits.revision == before + 1
    assert lower_ended(today=date(2027, 1, 2)) == 0  # each end is seen once


def test_an_end_is_seen_although_nobody_looked_for_a_week(maker, biscuits):
    by = factories.member_of(maker)
    record_registration(
        by=by, company=maker, code="GACC-FOOD", number="CFRA15012303080001", valid_until=date(2026, 12, 31)
    )
    assert lower_ended(today=date(2026, 12, 30)) == 0
    assert lower_ended(today=date(2027, 1, 8)) == 1
