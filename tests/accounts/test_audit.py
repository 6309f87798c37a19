"""The record of acts cannot be changed without being seen."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.audit import digests, first_broken, is_shortened, record, seals
from matchmaker.accounts.models import AuditChain, AuditEntry
from matchmaker.companies.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    row = factories.supplier()
    for number in range(4):
        record(by=factories.member_of(row), verb=f"act_{number}", on=row, facts={"number": number})
    return row


def tamper(sql):
    """Somebody with the keys of the database switches the guard off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS audit_is_append_only")
            cursor.execute(sql)


def test_chain_of_honest_entries_is_whole(company, capsys):
    assert first_broken(str(company.uid)) is None
    call_command("check_audit")
    assert capsys.readouterr().out.splitlines()[-1] == "1 chains, 0 broken"


def test_database_refuses_to_change_an_entry(company):
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.filter(verb="act_1").update(verb="act_9")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE accounts_auditentry SET facts = '{}' WHERE verb = 'act_1'", "act_1"),
        ("UPDATE accounts_auditentry SET actor_id = NULL WHERE verb = 'act_2'", "act_2"),
        ("DELETE FROM accounts_auditentry WHERE verb = 'act_1'", "act_2"),
        ("DELETE FROM accounts_auditentry WHERE verb = 'act_0'", "act_1"),
    ],
)
def test_changed_or_missing_entry_is_found(company, capsys, sql, found):
    tamper(sql)
    assert first_broken(str(company.uid)).verb == found
    with pytest.raises(SystemExit) as end:
        call_command("check_audit")
    assert end.value.code == 1


@pytest.mark.parametrize("missing", ["verb = 'act_3'", "1 = 1"])
def test_a_shortened_or_emptied_chain_is_found(client, company, capsys, missing):
    tamper(f"DELETE FROM accounts_auditentry WHERE {missing}")
    assert first_broken(str(company.uid)) is None
    with pytest.raises(SystemExit):
        call_command("check_audit")
    assert f"BROKEN {company.uid}: entries are missing at its end" in capsys.readouterr().out
    client.force_login(factories.member_of(company))
    page = client.get(reverse("company_record", args=[company.uid])).text
    assert "Entries are missing at the end of this record" in page
    assert "The record is whole" not in page


def test_who_lacks_the_key_can_neither_write_an_entry_nor_seal_a_shorter_chain(company):
    last = AuditEntry.objects.get(verb="act_2").digest
    tamper("DELETE FROM accounts_auditentry WHERE verb = 'act_3'")
    AuditChain.objects.filter(organisation=company.uid).update(length=3, last=last)
    assert is_shortened(str(company.uid))
    forged = AuditEntry(
        organisation=str(company.uid), verb="act_3", object_kind="x", previous=last, at=timezone.now(), is_keyed=False
    )
    forged.digest = digests(forged)[0]
    forged.save()
    assert first_broken(str(company.uid)) == forged


def test_entries_from_before_the_key_stay_verifiable_and_so_do_those_of_a_key_that_was_replaced(settings):
    company = factories.supplier()
    uid = str(company.uid)
    old = AuditEntry(organisation=uid, verb="old", object_kind="x", object_uid=uid, at=timezone.now(), is_keyed=False)
    old.digest = digests(old)[0]
    old.save()
    chain = AuditChain(organisation=uid, length=1, last=old.digest)
    chain.seal = seals(chain)[0]
    chain.save()
    record(by=None, verb="new", on=company)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    record(by=None, verb="newer", on=company)
    assert (first_broken(uid), is_shortened(uid)) == (None, False)
    settings.SECRET_KEY_FALLBACKS = []
    assert first_broken(uid).verb == "new"


def test_postgresql_refuses_to_empty_the_record(company):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_is_never_emptied")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_auditentry")
    assert AuditEntry.objects.of(company).count() == 4


def test_act_without_a_transaction_is_no_act(company):
    # pytest's own transaction is around this test, so the guard is asked outside of it through the connection's state.
    connection.in_atomic_block, before = False, connection.in_atomic_block
    try:
        with pytest.raises(RuntimeError):
            record(by=None, verb="x", on=company)
    finally:
        connection.in_atomic_block = before


def test_record_page_is_for_administrators(client, company):
    client.force_login(factories.member_of(company))
    page = client.get(reverse("company_record", args=[company.uid])).text
    assert all(f"act_{number}" in page for number in range(4))
    assert "The record is whole" in page
    member = factories.user()
    Membership.objects.create(company=company, user=member)
    client.force_login(member)
    assert client.get(reverse("company_record", args=[company.uid])).status_code == 403
    client.force_login(factories.user())
    assert client.get(reverse("company_record", args=[company.uid])).status_code == 404
