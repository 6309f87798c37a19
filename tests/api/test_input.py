"""JSON that is ambiguous, too large or not for us is refused with a stable code, before anything is written."""

import json

import pytest
from django.utils import timezone

from matchmaker.accounts.idempotency import LEASE
from matchmaker.accounts.models import StoredAnswer
from matchmaker.catalogue.models import Product
from tests import factories

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"


@pytest.fixture
def supplier():
    return factories.supplier()


@pytest.fixture
def api(caller, supplier):
    return caller(factories.member_of(supplier))


def refused(response, status, code):
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert Product.objects.count() == 0
    return body


@pytest.mark.parametrize("raw", ['{"texts": [', "", "null", "[1]", '"text"', "{'a': 1}"])
def test_what_is_not_a_json_object_is_refused(api, raw):
    refused(api.post(PRODUCTS, raw=raw), 400, "json_invalid")


def test_deep_nesting_is_refused(api):
    refused(api.post(PRODUCTS, raw='{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), 400, "json_too_deep")


@pytest.mark.parametrize(
    "raw", ['{"a": "' + "x" * 1_100_000 + '"}', "{" + ",".join(f'"k{n}": 1' for n in range(6000)) + "}"]
)
def test_large_bodies_are_refused(api, raw):
    refused(api.post(PRODUCTS, raw=raw), 413, "body_too_large")


def test_duplicate_keys_are_refused(api):
    refused(api.post(PRODUCTS, raw='{"origin": "TH", "origin": "CN"}'), 400, "duplicate_key")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9" * 5000])
def test_numbers_that_are_none_are_refused(api, number):
    refused(api.post(PRODUCTS, raw=f'{{"min_order": {number}}}'), 400, "number_invalid")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"origin": "TH"}'.encode("utf-16"), "not_utf8"),
        (b'{"origin": "\xff"}', "not_utf8"),
        (b'{"origin": "\\ud800"}', "broken_text"),
        (b'{"origin": "\\u0000"}', "broken_text"),
    ],
)
def test_broken_text_is_refused(api, raw, code):
    refused(api.post(PRODUCTS, raw=raw), 400, code)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_other_content_types_are_refused(api, kind):
    refused(api.post(PRODUCTS, raw="<!DOCTYPE a>", content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize("params", [{"page": "-1"}, {"page": "1000000000000"}, {"page": "x"}])
def test_pages_that_are_none_are_refused(anonymous, params):
    response = anonymous.get(PRODUCTS, **params)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "page")


def test_page_size_is_clamped_to_a_hundred(anonymous):
    company = factories.supplier()
    for number in range(103):
        factories.product(company, name=f"Rice {number}")
    body = anonymous.get(PRODUCTS, page_size="1000000000").json()
    assert (len(body["results"]), body["count"]) == (100, 103)


@pytest.mark.parametrize(
    "params",
    [{"ordering": "password"}, {"ordering": "company__contact_email"}, {"_connector": "OR"}, {"company__user__x": "a"}],
)
def test_no_lookup_reaches_the_database_from_the_address(anonymous, params):
    response = anonymous.get(PRODUCTS, **params)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_repeated_parameter_is_refused(anonymous):
    response = anonymous.client.get(PRODUCTS + "?origin=TH&origin=CN")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "origin")


@pytest.mark.parametrize("field", ["status", "is_verified", "owner", "role", "created_at", "id", "revision", "uid"])
def test_unknown_and_read_only_fields_are_refused(api, field):
    body = refused(api.post(PRODUCTS, {field: "x"}), 400, "invalid")
    assert body["errors"] == [
        {"field": field, "code": "unknown_field", "detail": "This field is unknown or read-only."}
    ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"hs_code": "999999"}, "hs_code"),
        ({"hs_code": "10 06 30"}, "hs_code"),
        ({"hs_code": "٣٠٠٦٣٠"}, "hs_code"),
        ({"origin": "XX"}, "origin"),
        ({"currency": "BTC", "price_low": "1"}, "currency"),
        ({"min_order": "1,5", "min_order_unit": "t"}, "min_order"),
        ({"min_order": "-1", "min_order_unit": "t"}, "min_order"),
        ({"price_low": "1e18", "currency": "USD"}, "price_low"),
        ({"price_low": "9", "price_high": "3", "currency": "USD"}, "price_high"),
        ({"certificates": ["ISO0"]}, "certificates"),
        ({"texts": [{"language": "xx", "name": "Rice"}]}, "language"),
        ({"texts": [{"language": "en", "name": "   "}]}, "texts[0].name"),
        ({"texts": [{"language": "en", "name": "a" * 201}]}, "texts[0].name"),
        ({"texts": [{"language": "en", "name": "a\nb"}]}, "texts[0].name"),
        ({"texts": [{"language": "en", "name": "cod\u202efdp"}]}, "texts[0].name"),
    ],
)
def test_bad_values_are_refused_with_their_field(api, fields, named):
    body = refused(api.post(PRODUCTS, fields), 400, "invalid")
    assert [error["field"] for error in body["errors"]] == [named]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "${x}", "%s", "{0.__class__}"])
def test_markup_is_kept_as_text(api, name):
    response = api.post(PRODUCTS, {"texts": [{"language": "en", "name": name}]})
    assert (response.status_code, response.json()["texts"][0]["name"]) == (201, name)


def test_prices_are_kept_to_the_digit(api):
    response = api.post(PRODUCTS, raw='{"price_low": 0.0042, "currency": "USD", "price_unit": "pc"}')
    assert response.json()["price_low"] == "0.0042"


@pytest.mark.parametrize("key", ["", "x" * 300, "tab\there"])
def test_bad_idempotency_key_is_refused(api, key):
    refused(api.post(PRODUCTS, {}, **{"Idempotency-Key": key}), 400, "idempotency_key_invalid")


def test_same_key_with_another_body_is_refused(api):
    assert api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"}).status_code == 201
    response = api.post(PRODUCTS, {"origin": "VN"}, **{"Idempotency-Key": "k"})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Product.objects.count() == 1


def test_repeat_with_the_same_key_gets_the_first_answer(api):
    first = api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"})
    second = api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"})
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Product.objects.count() == 1


def test_key_of_a_request_whose_process_died_works_again_when_its_lease_ends(api):
    api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"})
    # What a process leaves that was killed before its transaction ended: the claim of the key, and no object.
    Product.objects.all().delete()
    claim = StoredAnswer.objects.filter(key="k")
    claim.update(status=None, body=None, lease_until=timezone.now() + LEASE)

    refused(api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"}), 409, "request_in_progress")
    assert Product.objects.count() == 0

    claim.update(lease_until=timezone.now())
    answers = [api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Product.objects.count() == 1


def test_refused_request_does_not_burn_its_key(api):
    assert api.post(PRODUCTS, {"origin": "XX"}, **{"Idempotency-Key": "k"}).status_code == 400
    assert api.post(PRODUCTS, {"origin": "TH"}, **{"Idempotency-Key": "k"}).status_code == 201


def test_stale_version_is_refused(api, supplier):
    product = factories.product(supplier)
    path = f"{PRODUCTS}{product.uid}/"
    assert api.patch(path, {"origin": "VN"}, **{"If-Match": '"1"'}).status_code == 200
    response = api.patch(path, {"origin": "LA"}, **{"If-Match": '"1"'})
    assert (response.status_code, response.json()["code"]) == (412, "stale_version")
    product.refresh_from_db()
    assert product.origin == "VN"


def test_methods_that_are_not_there(api):
    assert api.client.put(PRODUCTS, "{}", content_type="application/json", headers=api.headers).status_code == 405
    assert api.post(PRODUCTS, {}, **{"X-HTTP-Method-Override": "DELETE"}).status_code == 201
    assert api.client.generic("TRACE", PRODUCTS, headers=api.headers).status_code == 405
    assert api.client.generic("TRACE", "/account/", headers=api.headers).status_code in (302, 405)
    traced = api.client.generic("TRACE", "/about/", headers={"X-Secret": "echo"})
    assert "echo" not in traced.text


def test_schema_lists_every_route_of_the_api(anonymous):
    import yaml

    from matchmaker.api.urls import urlpatterns

    schema = yaml.safe_load(anonymous.get("/api/v1/schema/").content)
    described = {path.removeprefix("/api/v1/") for path in schema["paths"]}
    routes = {
        str(pattern.pattern).replace("<uuid:", "{").replace("<str:", "{").replace("<slug:", "{").replace(">", "}")
        for pattern in urlpatterns
    }
    assert routes - {"", "schema/", "docs/", "problems/"} - described == set()
    assert json.dumps(schema)[:1] == "{"


def test_number_that_is_taken_is_a_problem_of_its_field(api, supplier):
    """Whoever holds it is not named: here a buyer whom no key reads."""
    number = {"country": "FR", "identifier_kind": "vat", "identifier": "40303265045"}
    factories.buyer(legal_name="Achats Secrets", **number)
    response = api.patch(f"/api/v1/companies/{supplier.uid}/", number)
    body = refused(response, 400, "invalid")
    sentence = "A company with this number is already registered. Ask its administrator to invite you."
    assert body["errors"] == [{"field": "identifier", "code": "number_taken", "detail": sentence}]
    assert "Secrets" not in response.text
    supplier.refresh_from_db()
    assert (supplier.country, supplier.identifier) == ("TH", "")


def test_a_change_of_the_company_is_matched_at_once(api, supplier, django_capture_on_commit_callbacks):
    """What it may show, and the conditions that name its size and age, follow its profile."""
    with django_capture_on_commit_callbacks() as started:
        assert api.patch(f"/api/v1/companies/{supplier.uid}/", {"founded": 1999}).status_code == 200
    assert "start_matching" in {one.__name__ for one in started}
