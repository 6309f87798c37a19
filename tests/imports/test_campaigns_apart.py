"""A list of one campaign's team reads nothing of companies outside the campaign, and changes none of them."""

import datetime as dt
import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies import claims
from matchmaker.companies.models import CONTACT_FIELDS, Company, ListedFields, Membership
from matchmaker.imports import services
from matchmaker.imports.models import Import, ImportRow
from matchmaker.notifications.models import Notice
from tests import factories
from tests.imports.sheets import applied, as_csv, outcome, previewed

pytestmark = pytest.mark.django_db

HEAD = [
    *("legal name", "country", "contact person", "contact email", "contact telephone", "WeChat ID", "website"),
    *("city", "company number", "name in Latin letters"),
]
NUMBER = "91350100M000100Y43"


@pytest.fixture
def other():
    """The campaign of the companies that are not to be touched."""
    return factories.campaign(slug="other")


@pytest.fixture
def rival():
    return factories.campaign(slug="rival", is_current=False)


@pytest.fixture
def li(rival):
    return factories.organiser(rival)


def listed(campaign, **fields) -> Company:
    """A company of the campaign without people."""
    company = factories.company(**{"status": "approved", "is_supplier": True, **fields})
    company.memberships.all().delete()
    factories.take_part(campaign, company)
    return company


def row(name: str, country: str = "TH", **cells: str) -> list[str]:
    given = {"legal name": name, "country": country, **{key.replace("_", " "): text for key, text in cells.items()}}
    return [given.get(head, "") for head in HEAD]


def checked(li, rival, *rows, kind: str = "suppliers") -> Import:
    return previewed(by=li, content=as_csv([HEAD, *rows]), kind=kind, campaign=rival)


def brought_in(li, rival, *rows, kind: str = "suppliers") -> Import:
    return applied(by=li, batch=checked(li, rival, *rows, kind=kind))


def everything_about(batch: Import) -> str:
    """All that the preview may show."""
    return json.dumps(list(ImportRow.objects.filter(batch=batch).values()), cls=DjangoJSONEncoder)


def state(*companies: Company) -> list[dict]:
    return list(Company.objects.filter(pk__in=[one.pk for one in companies]).order_by("pk").values())


def test_a_list_fills_in_nothing_of_a_company_outside_the_campaign(li, rival, other):
    company = listed(other, legal_name="Listed Only Mills Ltd", country="TH", contact_email="", website="")
    company.memberships.create(user=factories.user())  # without people it is not public, and its name tells nothing
    before = state(company)
    cells = {"contact_email": "newcomer@example.org", "website": "https://www.example.org"}
    batch = checked(li, rival, row("Listed Only Mills Ltd", **cells))
    (refused,) = batch.rows.all()
    assert (refused.action, refused.target, list(refused.problems)) == ("reject", None, [""])
    assert refused.problems[""].startswith("This company is registered on this site already, outside your campaign.")
    assert str(company.uid) not in everything_about(batch)
    assert state(company) == before
    assert not Notice.objects.filter(kind="company_filled").exists()


@pytest.mark.parametrize("status", ["draft", "pending", "approved", "suspended"])
@pytest.mark.parametrize("side", ["is_supplier", "is_buyer"])
def test_a_number_is_refused_with_one_sentence_whoever_has_it(li, rival, other, status, side):
    fields = {"country": "CN", "identifier_kind": "uscc", "identifier": NUMBER, "is_supplier": False}
    company = listed(other, **{**fields, side: True, "status": status, "legal_name": "Mmarker secret"})
    batch = checked(li, rival, row("Any name", "CN", company_number=NUMBER))
    (refused,) = batch.rows.all()
    assert (refused.action, list(refused.problems)) == ("reject", [""])
    assert "outside your campaign" in refused.problems[""]
    text = everything_about(batch)
    assert (str(company.uid) in text, "Mmarker" in text) == (False, False)


HIDDEN = [{"is_supplier": False, "is_buyer": True}, {"status": "pending"}, {"status": "draft"}]


@pytest.mark.parametrize("fields", HIDDEN)
def test_a_company_that_no_one_may_see_is_answered_like_one_that_never_was(li, rival, other, fields):
    cells = {"contact_email": "office@tinglan.example", "website": "https://www.tinglan.example", "city": "Wuhan"}
    rows = [row("Tinglan Coffee and Tea", "CN"), row("Another Name Ltd", "CN", **cells)]
    without = outcome(brought_in(li, rival, *rows))
    Company.objects.all().delete()
    Import.objects.all().delete()
    web = {"website": "https://www.tinglan.example", "contact_email": "sales@tinglan.example"}
    company = listed(other, legal_name="Tinglan Coffee and Tea", country="CN", **web, **fields)
    before = state(company)
    batch = brought_in(li, rival, *rows)
    assert outcome(batch) == without == {"total": 2, "created": 2, "updated": 0, "unchanged": 0, "rejected": 0}
    assert str(company.uid) not in everything_about(batch)
    assert state(company) == before


def test_what_is_perhaps_the_same_is_looked_for_in_the_campaign_alone(li, rival, other):
    listed(other, legal_name="Cooperativa Valle Alto Cacao", country="PE", website="https://vallealto.example")
    mine = listed(rival, legal_name="Doi Chang Coffee Co.", country="TH", website="https://doichang.example")
    batch = checked(
        li,
        rival,
        row("Valle Alto Cacao S.A.", "PE", website="https://www.vallealto.example"),
        row("Doi Chang", "TH", website="https://doichang.example/en"),
    )
    assert list(batch.rows.values_list("action", flat=True)) == ["create", "alike"]
    assert batch.rows.get(action="alike").alike["uid"] == str(mine.uid)


def test_a_row_that_is_corrected_is_compared_with_the_campaign_alone(li, rival, other):
    company = listed(other, legal_name="Cooperativa Valle Alto", country="PE", website="https://vallealto.example")
    batch = checked(li, rival, row("Valle Alto S.A.", "Atlantis", website="https://vallealto.example"))
    cells = {"country": "PE"}
    services.correct_row(by=li, batch=batch, row=batch.rows.get(), cells=cells, everywhere=False)
    assert batch.rows.get().action == "create"
    assert str(company.uid) not in everything_about(batch)


def test_a_company_that_leaves_the_campaign_before_the_rows_come_in_is_left_alone(li, rival, other):
    company = listed(rival, legal_name="Doi Chang", country="TH", city="")
    factories.take_part(other, company)
    batch = checked(li, rival, row("Doi Chang", city="Chiang Rai"))
    company.participations.filter(campaign=rival).delete()
    before = state(company)
    assert outcome(applied(by=li, batch=batch))["rejected"] == 1
    assert state(company) == before


def test_who_a_company_with_people_is_and_how_it_is_reached_is_never_filled_in(li, rival):
    company = factories.supplier(legal_name="Surin Rice Mill", country="CN", city="", website="", identifier="")
    factories.take_part(rival, company)
    Company.objects.filter(pk=company.pk).update(**dict.fromkeys(CONTACT_FIELDS, ""), identifier_kind="")
    cells = {"contact_person": "Eve", "contact_email": "eve@example.org", "contact_telephone": "+66 2 123 4567"}
    cells |= {"WeChat ID": "evil-wechat", "website": "https://evil.example", "company_number": ""}
    cells |= {"name_in_Latin_letters": "Evil Mill"}
    batch = brought_in(li, rival, row("Surin Rice Mill", "CN", **cells))
    assert outcome(batch)["unchanged"] == 1
    batch = brought_in(li, rival, row("Surin Rice Mill", "CN", city="Surin", **cells))
    assert outcome(batch)["updated"] == 1
    company.refresh_from_db()
    assert company.city == "Surin"
    guarded = (*CONTACT_FIELDS, "website", "identifier", "name_latin")
    assert {name: getattr(company, name) for name in guarded} == dict.fromkeys(guarded, "")


def test_administrators_are_notified_of_each_field_that_a_list_filled(li, rival):
    company = factories.supplier(legal_name="Surin Rice Mill", country="TH", city="", founded=None)
    factories.take_part(rival, company)
    member = factories.user()
    Membership.objects.create(company=company, user=member, role="member")
    brought_in(li, rival, row("Surin Rice Mill", city="Surin"))
    notice = Notice.objects.get(kind="company_filled")
    assert notice.recipient == company.memberships.get(role="admin").user
    assert (notice.context["company"], notice.context["fields"]["en"]) == ("Surin Rice Mill", "city")
    assert notice.path == f"/companies/{company.uid}/record/"


def claim(company, address: str):
    return claims.claim_company(by=factories.user(email=address), company=company, evidence="I am its director.")


def test_an_address_that_a_list_wrote_opens_nothing_for_a_month_and_then_what_it_did(li, rival):
    company = listed(rival, legal_name="Doi Chang", country="TH", contact_email="", website="")
    cells = {"contact_email": "sales@doichang.example", "website": "https://doichang.example"}
    brought_in(li, rival, row("Doi Chang", **cells))
    company.refresh_from_db()
    assert company.contact_email == "sales@doichang.example"
    note = ListedFields.objects.get()
    assert (note.company, note.by, note.campaign, note.is_shared) == (company, li, rival.uid, False)
    assert {"contact_email", "website"} <= set(note.fields)
    claimed = claim(company, "sales@doichang.example")
    assert (claimed.status, claims.votes_needed(claimed)) == ("open", 2)
    ListedFields.objects.update(written_at=timezone.now() - dt.timedelta(days=31))
    assert claims.votes_needed(claimed) == 1 or claims.proof_of(claimed.user, company) == claims.Proof.ADDRESS


def test_an_address_that_a_list_wrote_into_a_company_of_two_campaigns_never_counts(li, rival, other):
    company = listed(rival, legal_name="Doi Chang", country="TH", contact_email="", website="")
    factories.take_part(other, company)
    cells = {"contact_email": "sales@doichang.example", "website": "https://doichang.example"}
    brought_in(li, rival, row("Doi Chang", **cells))
    ListedFields.objects.update(written_at=timezone.now() - dt.timedelta(days=400))
    company.refresh_from_db()
    claimed = claim(company, "sales@doichang.example")
    assert (claimed.status, claims.proof_of(claimed.user, company)) == ("open", claims.Proof.NONE)


def test_an_address_of_a_company_that_a_list_made_is_no_proof_of_a_claim_either(li, rival):
    brought_in(li, rival, row("Doi Chang", contact_email="sales@doichang.example"))
    Company.objects.update(status="approved")
    assert claim(Company.objects.get(), "sales@doichang.example").status == "open"


def test_undoing_puts_back_the_fields_with_an_entry_in_the_record(li, rival):
    company = listed(rival, legal_name="Doi Chang", country="TH", city="", contact_email="")
    before = state(company)[0]
    batch = brought_in(li, rival, row("Doi Chang", city="Chiang Rai", contact_email="sales@doichang.example"))
    services.undo_import(by=li, batch=batch)
    services.work_waiting()
    now = state(company)[0]
    aside = {"updated_at": 0, "name_key": ""}  # the factory leaves the key empty
    assert {**now, **aside} == {**before, **aside}
    assert not ListedFields.objects.exists()
    assert AuditEntry.objects.of(company).filter(verb="empty_company", actor=li).count() == 1


def test_undoing_leaves_a_company_that_left_the_campaign_or_got_people(li, rival, other):
    left = listed(rival, legal_name="Doi Chang", country="TH", city="")
    peopled = listed(rival, legal_name="Surin Mill", country="TH", contact_email="")
    batch = brought_in(
        li, rival, row("Doi Chang", city="Chiang Rai"), row("Surin Mill", contact_email="office@surin.example")
    )
    factories.take_part(other, left)
    left.participations.filter(campaign=rival).delete()
    Membership.objects.create(company=peopled, user=factories.user(), role="admin")
    before = state(left, peopled)
    services.undo_import(by=li, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    assert (batch.state, batch.kept) == ("undone", 2)
    assert state(left, peopled) == before


def test_undoing_leaves_a_company_that_takes_part_in_another_campaign_since(li, rival, other):
    batch = brought_in(li, rival, row("Doi Chang"))
    factories.take_part(other, Company.objects.get())
    services.undo_import(by=li, batch=batch)
    services.work_waiting()
    assert Company.objects.get().participations.count() == 2
