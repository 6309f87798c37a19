"""Postings: the one place where money of a programme moves, and the vouchers that it pays for."""

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.first_orders.draw import Entry, next_winners
from matchmaker.first_orders.models import Posting, Programme, VoucherApplication
from matchmaker.first_orders.models.accounts import Account
from matchmaker.first_orders.services.notices import tell_sides

Kind, State = Posting.Kind, VoucherApplication.State
BALANCES = (Account.AVAILABLE, Account.RESERVED, Account.PAID)


def lock_programme(programme: Programme) -> Programme:
    """The programme as it stands now. Whoever moves its money holds this lock, so that two wait for each other."""
    return Programme.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=programme.pk)


def post(
    *,
    by: User | None,
    programme: Programme,
    kind: str,
    amount: Decimal,
    application: VoucherApplication | None = None,
    reference: str = "",
    day: dt.date | None = None,
) -> Posting:
    """Move an amount, in the transaction and under the lock of the caller.

    The row and both balances change together; the constraints of both tables refuse what would move money twice or
    spend more than there is, with an IntegrityError.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A posting belongs in the transaction of what it is for.")
    source, target = Posting.ACCOUNTS[Kind(kind)]
    posting = Posting.objects.create(
        programme=programme,
        application=application,
        kind=kind,
        from_account=source,
        to_account=target,
        amount=amount,
        reference=reference,
        day=day or timezone.localdate(),
        by=by,
        at=timezone.now(),
    )
    changes = {source: F(source.value) - amount, target: F(target.value) + amount}
    rows = Programme.objects.filter(pk=programme.pk)
    rows.update(**{account.value: value for account, value in changes.items() if account in BALANCES})
    programme.refresh_from_db(fields=[account.value for account in BALANCES])
    return posting


def balances_of(programme: Programme) -> dict[str, Decimal]:
    """Account → its balance, counted from the postings; that of the funder is a minus."""
    balances = dict.fromkeys(Account.values, Decimal(0))
    rows = programme.postings.order_by().values_list("from_account", "to_account").annotate(Sum("amount"))
    for source, target, amount in rows:
        balances[source] -= amount
        balances[target] += amount
    return balances


def give_vouchers(by: User | None, programme: Programme) -> list[VoucherApplication]:
    """Reserve vouchers for those that wait, in the drawn order, as long as the next amount is available."""
    waiting = list(programme.applications.filter(state=State.WAITING).order_by("place").for_lists())
    by_number = {row.number: row for row in waiting}
    entries = [Entry(row.number, row.group, row.amount) for row in waiting]
    winners = [by_number[entry.number] for entry in next_winners(entries, programme.available)]
    for row in winners:
        post(by=by, programme=programme, kind=Kind.RESERVE, amount=row.amount, application=row)
        row.state, row.voucher_at = State.VOUCHER, timezone.now()
        row.save(update_fields=["state", "voucher_at"])
        tell_sides("enquiry_voucher", row, step="drawn")
    return winners
