"""First orders over the API: from the trial lot over the voucher to its documents, and who sees what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from matchmaker.first_orders.models import VoucherApplication
from tests import factories
from tests.files import PDF, pdf
from tests.first_orders.conftest import TERMS, Fair

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SENT = {name: value if isinstance(value, int | str) else str(value) for name, value in TERMS.items()}


@pytest.fixture
def fair():
    return Fair()


def call(client, person, name, *args, **body):
    client.force_login(person)
    return client.post(reverse(f"api_{name}", args=args), body, content_type="application/json")


def test_from_a_trial_lot_to_a_voucher_and_its_documents(client, fair):
    programme, pair = fair.programme(), fair.enquiry()
    written = call(client, pair.sell, "trial_lots", enquiry=str(pair.enquiry.uid), **SENT)
    assert (written.status_code, written.json()["version"]) == (201, 1)
    assert (written.json()["confirmed_by"], written.json()["price"]) == (["supplier"], "1.2000")
    lot = written.json()["uid"]
    apply = {"lot": lot, "programme": str(programme.uid)}
    early = call(client, pair.sell, "voucher_applications", **apply)
    assert (early.status_code, early.json()["code"]) == (409, "lot_not_confirmed")
    changed = call(client, pair.buy, "trial_lots", enquiry=str(pair.enquiry.uid), **{**SENT, "quantity": "600"})
    assert (changed.json()["uid"], changed.json()["version"], changed.json()["confirmed_by"]) == (lot, 2, ["buyer"])
    old = call(client, pair.sell, "trial_lot_confirm", lot, version=1)
    assert (old.status_code, old.json()["code"]) == (409, "lot_changed")
    assert call(client, pair.sell, "trial_lot_confirm", lot, version=2).json()["confirmed_by"] == ["buyer", "supplier"]
    cost = client.get(reverse("api_trial_lot_landed_cost", args=[lot])).json()
    goods = next(part for part in cost["parts"] if part["name"] == "goods")
    assert (cost["currency"], goods["low"]) == ("CNY", "5040.00")  # 600 kg at 1.20 USD at 7 yuan

    made = call(client, pair.sell, "voucher_applications", **apply)
    assert (made.status_code, made.json()["state"], made.json()["missing"]) == (201, "applied", ["invoice", "customs"])
    uid = made.json()["uid"]
    fair.drawn(programme)
    client.force_login(pair.buy)
    assert client.get(reverse("api_voucher_application", args=[uid])).json()["state"] == "voucher"
    papers = reverse("api_voucher_application_documents", args=[uid])
    handed = client.post(papers, {"kind": "invoice", "file": SimpleUploadedFile("a.pdf", pdf(b"1")), "number": "R-1"})
    assert (handed.status_code, handed.json()["state"]) == (201, "waiting")
    where = handed["Location"]
    client.force_login(pair.sell)
    assert b"".join(client.get(where).streaming_content)[:5] == PDF[:5]
    taken_back = call(client, pair.sell, "voucher_application_withdraw", uid, why="No ship in time.")
    assert (taken_back.json()["state"], VoucherApplication.objects.get().state) == ("withdrawn", "withdrawn")
    assert call(client, pair.buy, "trial_lot_end", lot).json()["ended_at"]


def test_a_stranger_sees_the_programme_and_nothing_of_lots_and_applications(client, fair):
    programme = fair.programme()
    (pair,) = fair.applied(programme)
    client.force_login(factories.member_of(factories.buyer()))
    (row,) = client.get(reverse("api_programmes")).json()["results"]
    assert (row["uid"], row["takes_applications"], row["covers"]) == (
        str(programme.uid),
        True,
        ["freight", "inspection"],
    )
    assert "secret_seed" not in row
    for name, uid in (("api_trial_lot", pair.lot.uid), ("api_voucher_application", pair.application.uid)):
        assert client.get(reverse(name, args=[uid])).status_code == 404
    for name in ("api_trial_lots", "api_voucher_applications"):
        assert client.get(reverse(name)).json()["results"] == []
    stranger = factories.member_of(factories.supplier())
    assert call(client, stranger, "trial_lots", enquiry=str(pair.enquiry.uid), **SENT).status_code == 404
    assert call(client, stranger, "voucher_application_withdraw", pair.application.uid, why="x").status_code == 404


def test_a_draft_of_a_programme_is_seen_by_its_team_alone(client, fair):
    programme = fair.programme()
    type(programme).objects.update(state="draft")
    for person, seen in ((fair.team, 1), (factories.user(), 0)):
        client.force_login(person)
        assert client.get(reverse("api_programmes")).json()["count"] == seen


def test_terms_that_are_wrong_are_named_by_their_field(client, fair):
    pair = fair.enquiry()
    wrong = {**SENT, "price": "0", "currency": "XXX"}
    answer = call(client, pair.sell, "trial_lots", enquiry=str(pair.enquiry.uid), **wrong)
    assert answer.status_code == 400
    assert {row["field"] for row in answer.json()["errors"]} == {"price", "currency"}
