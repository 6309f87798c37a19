"""Documents, payment, return: what the accounts say after each, and that nothing is paid twice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.first_orders import services
from matchmaker.first_orders.models import Posting, Programme, VoucherApplication, VoucherDocument
from matchmaker.first_orders.services import accounts
from matchmaker.first_orders.services.accounts import balances_of, post
from matchmaker.notifications.models import Notice
from tests import factories
from tests.files import paper, pdf

State = VoucherApplication.State


def refusal(act, *args, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    return refused.value.code


def hand_in(pair, kind, by=None):
    file = paper(f"{kind}.pdf", pdf(f"{kind} {pair.application.number}".encode()))
    return services.hand_in(by=by or pair.sell, application=pair.application, kind=kind, file=file, number="7")


def accepted(fair, pair):
    for kind in ("invoice", "customs"):
        services.accept_document(by=fair.team, document=hand_in(pair, kind))


def pay(fair, pair, amount="1750", **named):
    given = {"reference": "TT 2027-0031", "day": timezone.localdate(), **named}
    return services.pay_voucher(by=fair.team, application=pair.application, amount=Decimal(amount), **given)


@pytest.fixture
def won(fair):
    """One pair with a voucher of 1,750 of 5,000 yuan."""
    programme = fair.programme()
    (pair,) = fair.applied(programme)
    fair.drawn(programme)
    pair.programme = programme
    return pair


def test_a_voucher_is_paid_against_accepted_documents(fair, won):
    assert refusal(pay, fair, won) == "documents_missing"
    document = hand_in(won, "invoice")
    assert Notice.objects.get(kind="voucher_document").recipient == fair.team
    assert hand_in(won, "invoice") == document
    services.accept_document(by=fair.team, document=document)
    assert refusal(pay, fair, won) == "documents_missing"
    services.accept_document(by=fair.team, document=hand_in(won, "customs", by=won.buy))
    assert pay(fair, won).state == State.PAID
    won.programme.refresh_from_db()
    assert (won.programme.available, won.programme.reserved, won.programme.paid) == (3250, 0, 1750)
    assert balances_of(won.programme) == {"funder": -5000, "available": 3250, "reserved": 0, "paid": 1750}
    assert Notice.objects.filter(kind="enquiry_voucher", context__step="paid").count() == 2
    assert refusal(pay, fair, won) == "paid_already"
    assert refusal(services.withdraw, by=won.sell, application=won.application, why="x") == "voucher_paid"
    assert refusal(services.end_lot, by=won.sell, lot=won.lot) == "voucher_paid"


def test_a_refused_document_does_not_count_and_both_sides_read_why(fair, won):
    document = hand_in(won, "invoice")
    with pytest.raises(ValidationError):
        services.refuse_document(by=fair.team, document=document, why=" ")
    services.refuse_document(by=fair.team, document=document, why="It names another buyer.")
    application = VoucherApplication.objects.for_lists().get(pk=won.application.pk)
    assert len(services.missing_proofs(application)) == 2
    texts = Notice.objects.filter(kind="enquiry_voucher", context__step="refused").values_list("context__text")
    assert list(texts) == [("It names another buyer.",)] * 2


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("amount", {"amount": "1750.01"}),
        ("amount", {"amount": "0"}),
        ("reference", {"reference": " "}),
        ("day", {"day": dt.date(2999, 1, 1)}),
    ],
)
def test_a_payment_says_what_a_statement_says(fair, won, field, given):
    accepted(fair, won)
    with pytest.raises(ValidationError) as problem:
        pay(fair, won, **given)
    assert field in problem.value.message_dict
    assert not Posting.objects.filter(kind="payout").exists()


def test_what_is_left_of_a_voucher_goes_to_the_next(fair):
    programme = fair.programme(budget=Decimal(2500), cap=Decimal(1500))
    pairs = fair.applied(programme, 2)
    fair.drawn(programme)
    winner = programme.applications.get(state=State.VOUCHER)
    pair = next(pair for pair in pairs if pair.application.pk == winner.pk)
    accepted(fair, pair)
    pay(fair, pair, "1000")
    assert programme.applications.get(place=2).state == State.VOUCHER
    programme.refresh_from_db()
    assert (programme.available, programme.reserved, programme.paid) == (0, 1500, 1000)


def test_a_payment_that_came_back_is_recorded_once(fair, won):
    accepted(fair, won)
    given = {"by": fair.team, "application": won.application, "reference": "R 1", "day": timezone.localdate()}
    assert refusal(services.record_return, amount=Decimal(5), **given) == "not_paid"
    pay(fair, won)
    with pytest.raises(ValidationError):
        services.record_return(amount=Decimal(1751), **given)
    services.record_return(amount=Decimal(750), **given)
    won.programme.refresh_from_db()
    assert (won.programme.available, won.programme.paid) == (4000, 1000)
    assert refusal(services.record_return, amount=Decimal(1), **given) == "returned_already"


def test_the_team_decides_about_no_company_of_its_own_and_others_about_none(fair, won):
    document = hand_in(won, "invoice")
    elsewhere = factories.organiser(factories.campaign(is_current=False))
    staff = factories.organiser(fair.campaign, "staff")
    for person in (elsewhere, staff, won.sell, won.buy):
        assert refusal(services.accept_document, by=person, document=document) == "not_found"
    fair.campaign.organisers.create(user=won.sell)
    assert refusal(services.accept_document, by=won.sell, document=document) == "own_company"
    stranger = factories.member_of(factories.supplier())
    file = paper("x.pdf", pdf(b"x"))
    refused = refusal(services.hand_in, by=stranger, application=won.application, kind="invoice", file=file)
    assert refused == "not_found"
    seen = [VoucherDocument.objects.visible_to(person).exists() for person in (fair.team, won.buy, elsewhere, stranger)]
    assert seen == [True, True, False, False]


def test_the_database_refuses_a_second_payment_and_money_that_is_not_there(fair, won):
    """Whatever code runs: the constraints alone hold it."""
    programme, application = won.programme, won.application
    given = {"by": None, "programme": programme, "application": application}
    with pytest.raises(IntegrityError), transaction.atomic():
        post(kind="reserve", amount=Decimal(10), **given)  # reserved already
    with pytest.raises(IntegrityError), transaction.atomic():
        post(kind="payout", amount=Decimal(1751), **given)  # more than is reserved
    with transaction.atomic():
        post(kind="payout", amount=Decimal(700), **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        post(kind="payout", amount=Decimal(700), **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(
            programme=programme,
            application=application,
            kind="return",
            from_account="available",
            to_account="paid",
            amount=1,
            day=timezone.localdate(),
            at=timezone.now(),
        )
    programme.refresh_from_db()
    assert (programme.available, programme.reserved, programme.paid) == (3250, 1050, 700)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", range(1, 12))
def test_a_process_that_dies_anywhere_in_a_draw_leaves_all_or_nothing(fair, monkeypatch, at):
    programme = fair.programme()
    fair.applied(programme, 3)
    programme.closes_on = programme.opens_on = timezone.localdate() - dt.timedelta(days=1)
    programme.save()
    services.publish_list(by=fair.team, programme=programme)
    calls = iter(range(1, 100))

    def dying(name):
        real = getattr(accounts, name)

        def run(*args, **named):
            if next(calls) == at:
                raise Killed
            result = real(*args, **named)
            if next(calls) == at:
                raise Killed
            return result

        return run

    for name in ("post", "tell_sides"):
        monkeypatch.setattr(accounts, name, dying(name))
    survived = True
    try:
        with transaction.atomic():
            services.draw_vouchers(by=fair.team, programme=programme)
    except Killed:
        survived = False
    monkeypatch.undo()
    if not survived:
        assert set(programme.applications.values_list("state", flat=True)) == {State.APPLIED}
        assert not Posting.objects.filter(kind="reserve").exists()
        services.draw_vouchers(by=fair.team, programme=programme)
    states = sorted(programme.applications.values_list("state", flat=True))
    assert states == [State.VOUCHER, State.VOUCHER, State.WAITING]
    assert Programme.objects.get(pk=programme.pk).reserved == 3500 == balances_of(programme)["reserved"]
