"""The pages of a first-order programme: from the team's form to the payment, and who sees what."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.first_orders import services
from matchmaker.first_orders.draw import problems_of
from matchmaker.first_orders.models import Programme, TrialLot, VoucherApplication, VoucherDocument
from tests import factories
from tests.files import paper, pdf
from tests.first_orders.conftest import TERMS, over

pytestmark = pytest.mark.django_db


def page(client, name, *args, status=200):
    """What is shown; the page of a team leads to the address of its campaign first."""
    answer = client.get(reverse(name, args=args), follow=True)
    assert answer.status_code == status
    return answer.content.decode()


def send(client, name, *args, status=302, **data):
    answer = client.post(reverse(name, args=args), data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer


def form_of(today):
    return {
        "name_en": "First orders",
        "name_zh-hans": "首单计划",
        "currency": "CNY",
        "budget": "5,000",
        "opens_on": today.isoformat(),
        "closes_on": (today + dt.timedelta(days=9)).isoformat(),
        "share_percent": "50",
        "cap": "2000",
        "covers": ["freight", "inspection"],
        "proofs": ["invoice"],
        "small_first": "on",
    }


def test_from_the_programme_to_the_payment(fair, client, django_capture_on_commit_callbacks):
    """Each step by the page that a person uses."""
    team, today = client, timezone.localdate()
    team.force_login(fair.team)
    answer = send(team, "console_programme_new", **form_of(today))
    programme = Programme.objects.get()
    assert answer["Location"].endswith(reverse("console_programme", args=[programme.uid]))
    send(team, "console_programme_act", programme.uid, act="open")
    assert "¥5,000" in page(team, "console_programme", programme.uid).replace("\u00a0", " ")
    pair = fair.enquiry()
    seller, buyer = type(client)(), type(client)()
    seller.force_login(pair.sell)
    buyer.force_login(pair.buy)
    assert reverse("trial_lot_change", args=[pair.enquiry.uid]) in page(seller, "trial_lot", pair.enquiry.uid)
    page(seller, "trial_lot_change", pair.enquiry.uid)
    send(seller, "trial_lot_change", pair.enquiry.uid, **{name: str(value) for name, value in TERMS.items()})
    lot = TrialLot.objects.get()
    shown = page(buyer, "trial_lot", pair.enquiry.uid)
    assert "Jasmine rice in 5 kg bags" in shown
    assert "$1.20" in shown
    send(buyer, "trial_lot_confirm", lot.uid, version="1")
    assert reverse("trial_lot_apply", args=[lot.uid, programme.uid]) in page(buyer, "trial_lot", pair.enquiry.uid)
    send(buyer, "trial_lot_apply", lot.uid, programme.uid)
    row = VoucherApplication.objects.get()
    assert row.number in page(seller, "trial_lot", pair.enquiry.uid)
    over(programme)
    send(team, "console_programme_act", programme.uid, act="list")
    send(team, "console_programme_act", programme.uid, act="draw")
    send(seller, "voucher_hand_in", row.uid, kind="invoice", number="7", file=paper("a.pdf", pdf(b"a")))
    document = VoucherDocument.objects.get()
    for person in (team, seller, buyer):
        assert b"".join(person.get(reverse("voucher_document", args=[document.uid])).streaming_content)[:4] == b"%PDF"
    assert row.number in page(team, "console_programmes")
    send(team, "console_voucher_document", row.uid, document.uid, answer="accept")
    page(team, "console_voucher", row.uid)
    send(team, "console_voucher_pay", row.uid, amount="1,700", reference="TT 9", day=today.isoformat())
    row.refresh_from_db()
    assert (row.state, row.postings.get(kind="payout").amount) == ("paid", Decimal(1700))
    shown = page(buyer, "trial_lot", pair.enquiry.uid)
    assert "paid out" in shown
    send(
        team, "console_voucher_pay", row.uid, amount="700", reference="TT 10", day=today.isoformat(), **{"return": "1"}
    )
    assert "TT 10" in page(team, "console_voucher", row.uid)
    send(team, "console_programme_act", programme.uid, act="end")
    programme.refresh_from_db()
    assert (programme.state, programme.paid) == ("ended", Decimal(1000))


def test_a_draw_is_published_without_a_company(fair, client):
    programme = fair.programme(budget=Decimal(2000))
    pairs = fair.applied(programme, 2)
    shown = page(client, "first_order_programme", programme.uid)
    assert programme.seed_sha256 in shown
    assert pairs[0].application.number not in shown
    assert client.get(reverse("first_order_draw", args=[programme.uid])).status_code == 404
    fair.drawn(programme)
    shown = page(client, "first_order_programme", programme.uid)
    published = json.loads(page(client, "first_order_draw", programme.uid))
    assert problems_of(published) == []
    for pair in pairs:
        assert pair.application.number in shown
        for text in (shown, json.dumps(published)):
            assert str(pair.seller.uid) not in text
            assert pair.seller.legal_name not in text
    assert reverse("first_order_programme", args=[programme.uid]) in page(client, "first_order_programmes")


def test_a_draft_and_a_programme_of_another_campaign_do_not_exist(fair, client):
    other = factories.organiser(factories.campaign(is_current=False))
    programme = fair.programme()
    (pair,) = fair.applied(programme)
    names = [
        ("console_programme", programme.uid),
        ("console_programme_edit", programme.uid),
        ("console_voucher", pair.application.uid),
    ]
    client.force_login(other)
    for name, uid in names:
        page(client, name, uid, status=404)
    for name, uid in (
        ("console_programme_act", programme.uid),
        ("console_voucher_pay", pair.application.uid),
        ("console_voucher_withdraw", pair.application.uid),
    ):
        send(client, name, uid, status=404)
    page(client, "console_programmes")
    client.force_login(factories.member_of(factories.supplier()))
    page(client, "trial_lot", pair.enquiry.uid, status=404)
    for name in ("trial_lot_confirm", "trial_lot_end"):
        send(client, name, pair.lot.uid, status=404)
    for name in ("voucher_withdraw", "voucher_hand_in"):
        send(client, name, pair.application.uid, status=404)
    Programme.objects.filter(pk=programme.pk).update(state="draft")
    page(client, "first_order_programme", programme.uid, status=404)


def test_what_the_service_refuses_is_said_on_the_page(fair, client):
    programme = fair.programme()
    pair = fair.pair()
    client.force_login(pair.sell)
    send(client, "trial_lot_change", pair.enquiry.uid, status=422, goods="")
    send(client, "trial_lot_confirm", pair.lot.uid, version="9")
    assert "changed meanwhile" in page(client, "trial_lot", pair.enquiry.uid)
    services.apply(by=pair.sell, lot=pair.lot, programme=programme)
    row = VoucherApplication.objects.get()
    send(client, "voucher_withdraw", row.uid, why=" ")
    assert "Say why." in page(client, "trial_lot", pair.enquiry.uid)
    assert row.is_living
    shown = send(client, "voucher_hand_in", row.uid, status=422, kind="invoice", file=paper()).content.decode()
    assert "voucher that is not paid out" in shown


def test_a_page_of_a_programme_reads_a_number_of_queries_that_does_not_grow(
    fair, client, django_assert_max_num_queries
):
    programme = fair.programme(budget=Decimal(50000))
    fair.applied(programme, 8)
    fair.drawn(programme)
    with django_assert_max_num_queries(25):
        page(client, "first_order_programme", programme.uid)
    client.force_login(fair.team)
    with django_assert_max_num_queries(40):
        page(client, "console_programme", programme.uid)
