"""What people do with their companies."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies.models import Company, Membership
from matchmaker.companies.services import is_member, start_company, update_company
from matchmaker.core.problems import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
NAMES = {"legal_name": "Surin Rice Mill", "country": "TH"}


def test_start_company_makes_a_draft_that_its_founder_administers():
    person = make.user(language="fr")
    company = start_company(by=person, side="supplier", **NAMES)
    assert (company.status, company.is_supplier, company.is_buyer, company.language) == ("draft", True, False, "fr")
    assert Membership.objects.get(company=company, user=person).role == "admin"
    assert AuditEntry.objects.get(object_uid=str(company.uid)).verb == "start_company"


def test_start_company_with_a_bad_field_makes_nothing():
    with pytest.raises(ValidationError) as refusal:
        start_company(by=make.user(), side="supplier", **NAMES | {"country": "XX", "website": "javascript:x"})
    assert set(refusal.value.message_dict) == {"country", "website"}
    assert not Company.objects.exists()


@pytest.mark.parametrize("field", ["status", "verification", "name_key", "id"])
def test_fields_that_are_not_for_members_are_refused(field):
    with pytest.raises(ValueError, match="is not for members to write"):
        start_company(by=make.user(), side="buyer", **NAMES, **{field: "x"})


def test_update_company_writes_down_what_changed():
    company = make.supplier()
    update_company(by=make.member_of(company), company=company, city="Buriram", country="TH")
    assert AuditEntry.objects.get().facts == {"changed": ["city"]}


def test_update_company_that_changes_nothing_leaves_no_entry():
    company = make.supplier()
    update_company(by=make.member_of(company), company=company, city="Surin")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("legal_name", "New Mill", "pending"), ("country", "LA", "pending"), ("city", "Buriram", "approved")],
)
def test_what_was_approved_is_looked_at_again_when_it_changes(field, value, status):
    company = make.supplier(verification=2)
    update_company(by=make.member_of(company), company=company, **{field: value})
    company.refresh_from_db()
    assert (company.status, company.verification) == (status, 0 if status == "pending" else 2)


def test_strangers_are_told_there_is_nothing():
    with pytest.raises(Refused) as refusal:
        update_company(by=make.user(), company=make.supplier(), city="Buriram")
    assert refusal.value.status == 404


def test_suspended_company_cannot_be_changed():
    company = make.supplier(status="suspended")
    with pytest.raises(Refused) as refusal:
        update_company(by=make.member_of(company), company=company, city="Buriram")
    assert refusal.value.code == "company_suspended"


def test_number_is_kept_compact_and_its_kind_is_forgotten_without_it():
    company = make.supplier(country="FR")
    person = make.member_of(company)
    update_company(by=person, company=company, identifier_kind="vat", identifier="FR 40 303 265 045")
    assert company.identifier == "40303265045"
    update_company(by=person, company=company, identifier_kind="vat", identifier="")
    assert company.identifier_kind == ""


def test_a_buyer_in_china_registers_with_its_number_and_one_that_an_organiser_enters_may_wait():
    said = {"side": "buyer", "legal_name": "武汉商场", "country": "CN"}
    with pytest.raises(ValidationError) as caught:
        start_company(by=make.user(), **said)
    assert caught.value.message_dict == {
        "identifier": ["Chinese companies register with their Unified Social Credit Code."]
    }
    assert start_company(by=make.user(), administered=False, **said).identifier == ""


FRENCH = {"country": "FR", "identifier_kind": "vat", "identifier": "40303265045"}
TAKEN = {
    "identifier": ["A company with this number is already registered. Ask its administrator to invite you."],
}


@pytest.mark.parametrize("holder", ["draft", "pending", "approved", "suspended"])
@pytest.mark.parametrize("kind", ["supplier", "buyer"])
def test_number_that_is_taken_is_told_beside_it_and_the_same_whoever_holds_it(kind, holder):
    getattr(make, kind)(status=holder, **FRENCH)
    with pytest.raises(ValidationError) as refusal:
        start_company(by=make.user(), side="supplier", legal_name="Copy", **FRENCH | {"identifier": "FR40303265045"})
    assert refusal.value.message_dict == TAKEN
    assert refusal.value.error_dict["identifier"][0].code == "number_taken"


def test_own_company_cannot_be_given_a_number_that_is_taken():
    make.supplier(**FRENCH)
    company = make.supplier(country="FR")
    with pytest.raises(ValidationError) as refusal:
        update_company(by=make.member_of(company), company=company, **FRENCH)
    assert refusal.value.message_dict == TAKEN
    assert Company.objects.get(pk=company.pk).identifier == ""


def test_second_of_two_with_one_number_at_the_same_moment_is_told_the_same(monkeypatch):
    """Both were checked before either was written; the database lets the first in."""
    make.supplier(**FRENCH)
    company = make.supplier(country="FR")
    monkeypatch.setattr(Company, "validate_constraints", lambda self, exclude=None: None)
    with pytest.raises(ValidationError) as refusal:
        start_company(by=make.user(), side="supplier", legal_name="Copy", **FRENCH)
    assert refusal.value.message_dict == TAKEN
    with pytest.raises(ValidationError) as refusal:
        update_company(by=make.member_of(company), company=company, **FRENCH)
    assert refusal.value.message_dict == TAKEN
    assert Company.objects.filter(identifier=FRENCH["identifier"]).count() == 1


def test_returned_company_sets_its_number_free():
    make.supplier(country="FR", identifier_kind="vat", identifier="40303265045", status="returned")
    number = {"identifier_kind": "vat", "identifier": "40303265045"}
    assert start_company(by=make.user(), side="supplier", legal_name="Again", country="FR", **number).pk


def test_the_database_itself_refuses_a_company_without_a_side():
    with pytest.raises(IntegrityError), transaction.atomic():
        make.company(is_supplier=False, is_buyer=False)


def test_name_is_found_by_its_pinyin_and_by_simplified_characters():
    company = start_company(by=make.user(), side="supplier", legal_name="武漢商場", country="CN")
    assert company.name_key == "wuhanshangchang 武汉商场"


@pytest.mark.parametrize(
    ("language", "shown", "other"), [("en", "Surin Rice Mill", "โรงสีสุรินทร์"), ("zh-hans", "素林米厂", "โรงสีสุรินทร์")]
)
def test_name_is_shown_in_the_readers_script(language, shown, other):
    from django.utils import translation

    company = make.supplier(legal_name="โรงสีสุรินทร์", name_latin="Surin Rice Mill", name_zh="素林米厂")
    with translation.override(language):
        assert (company.display_name, company.other_name) == (shown, other)


def test_visible_are_approved_suppliers_and_ones_own():
    mine, open_one = make.buyer(), make.supplier()
    make.supplier(status="pending")
    make.buyer()
    person = make.member_of(mine)
    assert set(Company.objects.visible_to(person)) == {mine, open_one}
    assert is_member(person, mine)
    assert not is_member(person, open_one)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("\x00", "This text holds a character that cannot be stored. Type it again instead of pasting it."),
        ("\ud800", "This text holds a character that cannot be stored. Type it again instead of pasting it."),
        ("ok \u202e reversed", "This text holds an invisible control character. Please remove it."),
        ("\u200b \u200b", "Write at least one letter or digit."),
    ],
)
def test_bad_texts_are_refused_whichever_door_they_come_through(value, sentence):
    company = make.supplier()
    with pytest.raises(ValidationError) as refusal:
        update_company(by=make.member_of(company), company=company, about={"en": value})
    assert refusal.value.message_dict["about"][0] == f"English: {sentence}"


def test_chinese_city_is_read_in_the_readers_script():
    company = make.buyer(city="武汉")
    with translation.override("en"):
        assert company.place == "Wuhan"
    with translation.override("zh-hans"):
        assert company.place == "武汉"


def test_the_size_of_a_company_is_written_as_the_reader_writes_numbers():
    for language, read in (("en", "1,000+"), ("de", "1.000+"), ("fr", "1\u202f000+")):
        with translation.override(language):
            assert str(Company.Size.VERY_LARGE.label) == read
            assert Company(size="1000+").get_size_display() == read
