"""What every answer of the API carries beside its body."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from matchmaker.api.docs import problem_codes
from matchmaker.api.management.commands import list_problem_codes
from matchmaker.api.permissions import PerCaller, SignIn
from matchmaker.core.logs import Line
from tests import factories

pytestmark = pytest.mark.django_db
API = "/api/v1"
MADE_UP = "support-case-0815"


@pytest.mark.parametrize(("throttle", "limit"), [(PerCaller, 360), (SignIn, 10)])
def test_calls_at_the_same_time_do_not_pass_the_limit(throttle, limit, monkeypatch):
    monkeypatch.setattr(throttle, "timer", lambda _self: 1_000_000_000)  # one and the same minute

    def call(_number: int) -> bool:
        request = Request(RequestFactory().get("/"))
        request.user, request.auth = AnonymousUser(), None
        view = APIView()
        view.headers = {}
        return throttle().allow_request(request, view)

    with ThreadPoolExecutor(12) as pool:
        allowed = list(pool.map(call, range(450)))
    assert allowed.count(True) == limit


def test_every_answer_tells_how_many_calls_are_left(anonymous, monkeypatch):
    monkeypatch.setattr(PerCaller, "THROTTLE_RATES", {"caller": "2/min"})
    monkeypatch.setattr(PerCaller, "timer", lambda _self: 1_000_000_000)  # 40 seconds into its minute
    answers = [anonymous.get(f"{API}/categories/") for _call in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"] for answer in answers] == [f'"caller";r={left};t=20' for left in (1, 0, 0)]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"caller";q=2;w=60'}
    assert answers[-1]["Retry-After"] == "21"


def test_a_new_minute_begins_with_all_calls(anonymous, monkeypatch):
    monkeypatch.setattr(PerCaller, "THROTTLE_RATES", {"caller": "1/min"})
    codes = []
    for now in (1_000_000_000, 1_000_000_000, 1_000_000_020):
        monkeypatch.setattr(PerCaller, "timer", lambda _self, now=now: now)
        codes.append(anonymous.get(f"{API}/categories/").status_code)
    assert codes == [200, 429, 200]


def test_the_limit_holds_where_the_cache_was_emptied_between_two_calls(anonymous, monkeypatch):
    monkeypatch.setattr(PerCaller, "THROTTLE_RATES", {"caller": "1/min"})
    monkeypatch.setattr(PerCaller, "timer", lambda _self: 1_000_000_000)
    assert anonymous.get(f"{API}/categories/").status_code == 200
    cache.clear()
    assert [anonymous.get(f"{API}/categories/").status_code for _call in range(2)] == [200, 429]


def test_an_answer_has_an_id_which_a_caller_may_choose(anonymous):
    del anonymous.headers["X-Request-ID"]
    first, second = (anonymous.get(f"{API}/categories/") for _call in range(2))
    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]
    anonymous.headers["X-Request-ID"] = MADE_UP
    refused = anonymous.get(f"{API}/products/", colour="red")
    assert refused["X-Request-ID"] == refused.json()["request_id"] == MADE_UP


@pytest.mark.parametrize("bad", ["short", "x" * 65, "has a space", "<script>alert"])
def test_an_id_that_could_harm_a_log_is_replaced(anonymous, bad):
    anonymous.headers["X-Request-ID"] = bad
    assert len(anonymous.get(f"{API}/categories/")["X-Request-ID"]) == 32


def test_lines_of_the_log_name_the_request(anonymous, caplog, monkeypatch):
    monkeypatch.setattr(caplog.handler, "formatter", Line())
    anonymous.headers["X-Request-ID"] = MADE_UP
    with caplog.at_level(logging.WARNING, "django.request"):
        anonymous.get(f"{API}/nonsense/")
    assert f"[{MADE_UP}]" in caplog.text


def test_a_problem_leads_to_the_page_that_explains_its_code(anonymous, client):
    address = anonymous.get(f"{API}/products/", colour="red").json()["type"]
    path, _hash, code = address.removeprefix("http://127.0.0.1:8000").partition("#")
    page = client.get(path)
    assert (page.status_code, code) == (200, "invalid")
    assert f'id="{code}"' in page.text
    assert "%(" not in page.text


def test_the_page_of_problems_lists_every_code_in_the_source():
    """After a new refusal: `manage.py list_problem_codes`."""
    assert problem_codes() == list_problem_codes.problem_codes()


def test_unknown_fields_are_told_together_with_all_other_errors(caller):
    person = factories.user()
    factories.supplier(person)
    body = {"bogus": 1, "price_low": "cheap", "texts": [{"language": "en", "odd": 2}]}
    refused = caller(person).post(f"{API}/products/", body)
    codes = {error["field"]: error["code"] for error in refused.json()["errors"]}
    assert codes == {
        "bogus": "unknown_field",
        "price_low": "invalid",
        "texts[0].name": "required",
        "texts[0].odd": "unknown_field",
    }


def test_what_was_made_has_an_address_that_leads_to_it(caller):
    person = factories.user()
    factories.supplier(person)
    factories.buyer(person)
    own = caller(person)
    in_a_month = (timezone.localdate() + timedelta(days=30)).isoformat()
    bodies = {
        "products": {"texts": [{"language": "en", "name": "Rice"}]},
        "demands": {"title": "Rice", "closing_on": in_a_month, "lines": [{"text": "rice"}]},
    }
    for name, body in bodies.items():
        made, again = (own.post(f"{API}/{name}/", body, **{"Idempotency-Key": name}) for _call in range(2))
        assert made.status_code == 201, made.json()
        assert made["Location"] == again["Location"] == f"http://testserver{API}/{name}/{made.json()['uid']}/"


def test_the_etag_of_an_answer_guards_the_next_change(caller):
    person = factories.user()
    product = factories.product(factories.supplier(person))
    own, path = caller(person), f"{API}/products/{product.uid}/"
    read = own.get(path)
    changed = own.patch(path, {"origin": "VN"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed["ETag"]) == (200, own.get(path)["ETag"])
    assert changed["ETag"].startswith(f'"{changed.json()["revision"]}-')
    stale = own.patch(path, {"origin": "LA"}, **{"If-Match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


def test_a_change_without_the_last_slash_is_refused_with_the_right_address_and_loses_no_body(client):
    answer = client.post("/api/v1/products", {"name": "Tea"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json()["code"], answer.json()["status"]) == ("slash_missing", 404)
    assert "/api/v1/products/" in answer.json()["detail"]
    assert client.post("/api/v1/nothing-here").status_code == 404
    reading = client.get("/api/v1/products?page=1")
    assert (reading.status_code, reading["Location"]) == (301, "/api/v1/products/?page=1")


def test_the_page_of_the_api_has_one_heading_of_the_first_level(client):
    assert re.findall(r"<h1.*?>(.*?)</h1>", client.get("/api/v1/docs/").text) == ["The API of matchmaker"]
