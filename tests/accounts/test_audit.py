"""The record of acts cannot be changed without being seen."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from matchmaker.accounts.audit import first_broken, record
from matchmaker.accounts.models import AuditEntry
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
            cursor.execute("DROP TRIGGER audit_is_append_only")
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


def test_f54_act_without_a_transaction_is_no_act(company):
    # pytest's own transaction is around this test, so the guard is asked outside of it through the connection's state.
    connection.in_atomic_block, before = False, connection.in_atomic_block
    try:
        with pytest.raises(RuntimeError):
            record(by=None, verb="x", on=company)
    finally:
        connection.in_atomic_block = before


def test_feature_78_record_page_is_for_administrators(client, company):
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
