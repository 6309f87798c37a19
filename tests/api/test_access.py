"""Who may do what through the API; what is not one's own does not exist."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from matchmaker.accounts.models import ApiToken
from matchmaker.accounts.services import revoke_token
from matchmaker.catalogue.models import Demand, Product
from matchmaker.matching.models import Match
from tests import factories

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def match():
    return Match.objects.create(
        product=factories.product(), line=factories.line(), score=0.8, probability=0.7, engine="test"
    )


def test_foreign_row_answers_like_one_that_never_was(caller, match):
    stranger = caller(factories.user())
    foreign = stranger.get(f"{API}/matches/{match.uid}/")
    never = stranger.get(f"{API}/matches/{uuid.uuid4()}/")
    assert (foreign.status_code, foreign.json()) == (404, never.json())


@pytest.mark.parametrize("key", ["1%20OR%201=1", "..%2f", "x" * 7000, "١٢٣", "0", "' --"])
@pytest.mark.parametrize("place", ["companies", "products", "demands", "matches", "notifications", "enquiries"])
def test_a_key_that_is_none_is_not_found(caller, place, key):
    answer = caller(factories.member_of(factories.supplier())).get(f"{API}/{place}/{key}/")
    assert (answer.status_code, "SQL" in answer.text) == (404, False)


def test_private_demand_is_in_no_answer(caller, anonymous):
    secret = factories.demand(lines=1, visibility="private", title="秘密采购")
    for seen_by in (anonymous, caller(factories.member_of(factories.supplier()))):
        assert seen_by.get(f"{API}/demands/").json()["count"] == 0
        assert seen_by.get(f"{API}/demands/", q="秘密").json()["count"] == 0
        assert seen_by.get(f"{API}/demands/{secret.uid}/").status_code == 404
    own = caller(factories.member_of(secret.company))
    assert own.get(f"{API}/demands/{secret.uid}/").json()["title"] == "秘密采购"


def test_unpublished_product_is_seen_by_its_company_only(caller, anonymous):
    draft = factories.product(status="draft")
    assert anonymous.get(f"{API}/products/{draft.uid}/").status_code == 404
    assert anonymous.get(f"{API}/products/").json()["count"] == 0
    assert caller(factories.member_of(draft.company)).get(f"{API}/products/{draft.uid}/").status_code == 200


def test_supplier_cannot_post_a_demand_nor_buyer_a_product(caller):
    seller, wanter = factories.supplier(), factories.buyer()
    day = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    demand = caller(factories.member_of(seller)).post(f"{API}/demands/", {"title": "采购", "closing_on": day})
    product = caller(factories.member_of(wanter)).post(f"{API}/products/", {"origin": "CN"})
    assert (demand.status_code, demand.json()["code"]) == (403, "wrong_role")
    assert (product.status_code, product.json()["code"]) == (403, "wrong_role")
    assert (Demand.objects.count(), Product.objects.count()) == (0, 0)


def test_line_of_another_demand_is_not_taken_over(caller):
    foreign = factories.line()
    mine = factories.demand(lines=1)
    caller(factories.member_of(mine.company)).patch(
        f"{API}/demands/{mine.uid}/", {"lines": [{"uid": str(foreign.uid), "text": "大米"}]}
    )
    foreign.refresh_from_db()
    assert foreign.text != "大米"
    assert foreign.demand != mine


def test_closing_date_in_the_past_is_refused(caller):
    api = caller(factories.member_of(factories.buyer()))
    response = api.post(f"{API}/demands/", {"title": "采购", "closing_on": "2020-01-01"})
    assert response.json()["errors"] == [
        {
            "field": "closing_on",
            "code": "closing_in_past",
            "detail": "The closing date is in the past. Choose today or a later day.",
        }
    ]


def test_contact_opens_when_both_said_yes(caller, match):
    seller = caller(factories.member_of(match.product.company))
    buyer = caller(factories.member_of(match.line.demand.company))
    path = f"{API}/matches/{match.uid}/"
    assert seller.get(path).json()["contact"] is None
    seller.post(path + "answer/", {"side": "supplier", "answer": "interested"})
    assert buyer.get(path).json()["contact"] is None
    buyer.post(path + "answer/", {"side": "buyer", "answer": "interested"})
    assert seller.get(path).json()["contact"]["email"] == match.line.demand.company.contact_email


def test_token_with_reading_scope_cannot_write(caller):
    company = factories.supplier()
    reader = caller(factories.member_of(company), scopes=["read"])
    response = reader.post(f"{API}/products/", {"origin": "TH"})
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert reader.get(f"{API}/products/mine/").status_code == 200


def test_expired_revoked_and_ownerless_tokens_are_refused_at_once(caller):
    user = factories.user()
    api = caller(user)
    token = ApiToken.objects.get(user=user)
    assert api.get(f"{API}/notifications/").status_code == 200

    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert api.get(f"{API}/notifications/").status_code == 401

    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() + dt.timedelta(days=1))
    revoke_token(by=user, token=token)
    response = api.get(f"{API}/notifications/")
    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


def test_key_in_the_address_is_no_key(anonymous):
    assert anonymous.get(f"{API}/notifications/", token="mm_x").status_code == 401


def test_key_is_stored_as_its_digest_only(caller):
    user = factories.user()
    api = caller(user)
    key = api.headers["Authorization"].removeprefix("Bearer ")
    token = ApiToken.objects.get(user=user)
    assert key not in {str(value) for value in vars(token).values()}


def test_calls_beyond_the_limit_are_refused_with_the_time_to_wait(caller, monkeypatch):
    from matchmaker.api.permissions import PerCaller

    monkeypatch.setattr(PerCaller, "THROTTLE_RATES", {"caller": "3/min"})
    api = caller(factories.user())
    codes = [api.get(f"{API}/categories/").status_code for _call in range(4)]
    response = api.get(f"{API}/categories/")
    assert codes == [200, 200, 200, 429]
    assert 0 < int(response["Retry-After"]) <= 61


def test_calls_from_one_ipv6_network_count_together(anonymous, monkeypatch):
    from matchmaker.api.permissions import PerCaller

    monkeypatch.setattr(PerCaller, "THROTTLE_RATES", {"caller": "2/min"})

    def status_from(address):
        return anonymous.client.get(f"{API}/categories/", REMOTE_ADDR=address).status_code

    assert [status_from(f"2001:db8:1:2::{number}") for number in range(1, 4)] == [200, 200, 429]
    assert status_from("2001:db8:1:3::1") == 200
    assert [status_from(f"192.0.2.{number}") for number in range(1, 4)] == [200, 200, 200]


def test_token_for_a_password_and_none_for_a_wrong_one(anonymous):
    user = factories.user("correct horse battery")
    wrong = anonymous.post(f"{API}/tokens/", {"email": user.email, "password": "wrong"})
    nobody = anonymous.post(f"{API}/tokens/", {"email": "nobody@example.org", "password": "wrong"})
    right = anonymous.post(f"{API}/tokens/", {"email": user.email, "password": "correct horse battery"})
    assert (wrong.status_code, wrong.json()) == (401, nobody.json())
    assert right.status_code == 201
    assert right.json()["token"].startswith("mm_")
