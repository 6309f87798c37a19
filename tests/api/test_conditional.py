"""What did not change is not sent again, and nobody overwrites what another caller changed (B15)."""

import json
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test import Client

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from tests import factories
from tests.api.conftest import document

API = "/api/v1"


@pytest.mark.django_db
def test_an_unchanged_list_or_row_is_304_without_a_body_and_a_changed_one_is_sent(caller):
    person = factories.user()
    product = factories.product(factories.supplier(person), origin="TH")
    own, path = caller(person), f"{API}/products/{product.uid}/"
    for address in (path, f"{API}/products/mine/", f"{API}/companies/mine/"):
        read = own.get(address)
        own.headers["If-None-Match"] = read["ETag"]
        again = own.get(address)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", read["ETag"]), address
        del own.headers["If-None-Match"]
    tag = own.get(path)["ETag"]
    own.patch(path, {"origin": "VN"})
    own.headers["If-None-Match"] = tag
    changed = own.get(path)
    assert (changed.status_code, changed.json()["origin"]) == (200, "VN")


@pytest.mark.django_db
def test_an_answer_in_another_language_is_another_answer(caller):
    api = caller(factories.user())
    api.headers["Accept-Language"] = "en"
    api.headers["If-None-Match"] = api.get(f"{API}/phrases/")["ETag"]
    assert api.get(f"{API}/phrases/").status_code == 304
    api.headers["Accept-Language"] = "zh-hans"
    assert api.get(f"{API}/phrases/").status_code == 200


@pytest.mark.django_db
def test_a_change_of_what_was_changed_meanwhile_is_refused_with_the_present_etag(caller):
    """A demand has no revision: its lines count as well as its own fields."""
    person = factories.user()
    demand = factories.demand(factories.buyer(person), lines=1, title="Rice")
    own, path = caller(person), f"{API}/demands/{demand.uid}/"
    read = own.get(path)
    line = {"uid": read.json()["lines"][0]["uid"], "text": "jasmine rice, broken"}
    changed = own.patch(path, {"lines": [line]}, **{"If-Match": read["ETag"]})
    assert changed.status_code == 200
    late = own.patch(path, {"title": "Wheat"}, **{"If-Match": read["ETag"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert late["ETag"] == changed["ETag"] == own.get(path)["ETag"] != read["ETag"]
    assert Demand.objects.get().title == "Rice"
    assert own.patch(path, {"title": "Wheat"}, **{"If-Match": late["ETag"]}).status_code == 200
    assert own.patch(path, {"title": "Oats"}, **{"If-Match": "*"}).status_code == 200
    assert own.patch(path, {"title": "Rye"}).status_code == 200  # without the header as ever


@pytest.mark.django_db
def test_what_the_caller_reads_elsewhere_of_the_row_counts_too(caller):
    """Its public profile does not show the contact of a company, and a change of it is guarded all the same."""
    person = factories.user()
    company = factories.supplier(person)
    own, path = caller(person), f"{API}/companies/{company.uid}/"
    tag = own.get(path)["ETag"]
    Company.objects.filter(pk=company.pk).update(contact_name="Somebody else")
    assert own.patch(path, {"city": "Hue"}, **{"If-Match": tag}).status_code == 412


@pytest.mark.django_db
def test_a_step_of_a_row_honours_if_match_and_an_unreadable_row_stays_404(caller):
    person = factories.user()
    product = factories.product(factories.supplier(person))
    own, path = caller(person), f"{API}/products/{product.uid}/"
    stale = {"If-Match": '"99-0"'}
    assert own.post(f"{path}pause/", **stale).status_code == 412
    product.refresh_from_db()
    assert product.status == "published"
    assert caller(factories.user()).post(f"{path}pause/", **stale).status_code == 404
    assert own.post(f"{path}pause/", **{"If-Match": own.get(path)["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_a_repeated_change_gets_its_first_answer_and_not_412(caller):
    person = factories.user()
    product = factories.product(factories.supplier(person))
    own, path = caller(person), f"{API}/products/{product.uid}/"
    headers = {"If-Match": own.get(path)["ETag"], "Idempotency-Key": "once"}
    first, again = own.post(f"{path}pause/", **headers), own.post(f"{path}pause/", **headers)
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())


@pytest.mark.django_db
def test_the_document_names_if_match_where_it_is_honoured():
    for path, verbs in document()["paths"].items():
        for verb, operation in verbs.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            if verb == "get":
                assert ("304" in operation["responses"]) == ("If-None-Match" in names), path
    changes = document()["paths"][f"{API}/demands/{{uid}}/"]["patch"]["parameters"]
    assert "If-Match" in {parameter["name"] for parameter in changes}


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_with_the_same_etag_one_is_refused():
    person = factories.user()
    demand = factories.demand(factories.buyer(person), lines=1)
    _token, key = create_token(by=person, name="two", scopes=SCOPES)
    path, headers = f"{API}/demands/{demand.uid}/", {"Authorization": f"Bearer {key}"}
    headers["If-Match"] = Client().get(path, headers=headers)["ETag"]
    start, answers = Barrier(2), []

    def change(title):
        start.wait()
        answer = Client().patch(path, json.dumps({"title": title}), content_type="application/json", headers=headers)
        answers.append((answer.status_code, title))
        connections.close_all()

    threads = [Thread(target=change, args=[title]) for title in ("Rice", "Wheat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _title in answers) == [200, 412], connection.vendor
    assert Demand.objects.get().title == min(answers)[1]
