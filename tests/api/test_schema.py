"""What a stranger reads of the API is whole and true; whoever misses a resource gets a problem, not a page."""

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from matchmaker.api.reference import Categories
from matchmaker.api.schema import TAGS
from matchmaker.core.office import CONTENT_TYPES
from tests import factories

pytestmark = pytest.mark.django_db
API = "/api/v1"
NOTHING = {
    "type": "http://127.0.0.1:8000/api/v1/problems/#not_found",
    "title": "not found",
    "status": 404,
    "code": "not_found",
    "detail": "There is nothing here for you.",
}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    return [(f"{verb} {path}", told) for path, verbs in schema["paths"].items() for verb, told in verbs.items()]


def test_the_schema_is_sound_and_names_every_resource(schema):
    validate_schema(schema)
    assert {tag for _name, told in operations(schema) for tag in told["tags"]} == set(TAGS)


def test_every_operation_says_what_it_does_and_with_which_right(schema):
    bare = [
        name
        for name, told in operations(schema)
        if not told.get("summary") or not any(who in told["description"] for who in ("For everybody.", "signed in."))
    ]
    assert bare == []
    assert schema["paths"][f"{API}/products/"]["post"]["description"].endswith(
        "A key needs the scope `products:write`."
    )


def test_every_parameter_and_answer_is_described(schema):
    bare = [
        (name, parameter["name"])
        for name, told in operations(schema)
        for parameter in told.get("parameters", [])
        if not parameter.get("description")
    ]
    assert bare == []
    for name, told in operations(schema):
        assert all(answer["description"] for answer in told["responses"].values()), name
        assert told["responses"]["4XX"]["content"].keys() == {"application/problem+json"}, name


def test_a_refusal_is_the_problem_that_the_schema_shows(schema, anonymous):
    shown = schema["components"]["schemas"]["Problem"]
    refused = anonymous.get(f"{API}/products/", colour="red").json()
    assert set(shown["required"]) <= set(refused) <= set(shown["properties"])
    assert set(refused["errors"][0]) == set(shown["properties"]["errors"]["items"]["properties"])


def test_the_entrance_leads_to_every_resource(anonymous):
    said = anonymous.get(f"{API}/")
    assert list(said.json()) == [*TAGS, "schema", "docs"]
    for address in said.json().values():
        # 400: a sum that asks for its fields.
        assert anonymous.get(address.removeprefix("http://testserver")).status_code in (200, 400, 401, 405)


def test_an_address_without_a_resource_is_a_problem(client):
    said = client.get(f"{API}/nonsense/", headers={"accept": "text/html"})
    assert (said.status_code, said.headers["Content-Type"]) == (404, "application/problem+json")
    assert said.json() == {**NOTHING, "request_id": said.headers["X-Request-ID"]}
    assert "<html" in client.get("/nonsense/").content.decode()


def test_a_fault_of_ours_is_a_problem_that_shows_nothing(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(Categories, "list", fail)
    client.raise_request_exception = False
    said = client.get(f"{API}/categories/")
    assert (said.status_code, said.json()["code"], b"secret" in said.content) == (500, "internal_error", False)


@pytest.mark.parametrize("mine", ["companies", "products", "demands"])
def test_ones_own_lists_are_narrowed_and_refuse_what_they_do_not_know(caller, mine):
    person = factories.user()
    factories.product(factories.supplier(person), origin="KE")
    factories.demand(factories.buyer(person), lines=1, destination="Wuhan")
    own = caller(person)
    narrowed = {"companies": {"country": "ZZ"}, "products": {"origin": "FR"}, "demands": {"destination": "Paris"}}
    assert own.get(f"{API}/{mine}/mine/").json()["count"] > 0
    assert own.get(f"{API}/{mine}/mine/", **narrowed[mine]).json()["count"] == 0
    refused = own.get(f"{API}/{mine}/mine/", colour="red")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "colour")


def test_a_suggestion_answers_as_the_schema_says(schema, anonymous):
    assert list(schema["paths"][f"{API}/suggestions/"]["post"]["responses"]) == ["200", "4XX"]


UPLOADS = {
    "companies/{uid}/documents/": ("paper", {"kind", "paper"}),
    "products/{uid}/files/": ("file", {"file", "kind"}),
    "products/{uid}/pictures/": ("image", {"image"}),
    "products/{uid}/videos/": ("file", {"words"}),
    "products/{uid}/certificates/": ("paper", {"code", "issuer", "number", "valid_until"}),
    "deal-steps/{uid}/papers/": ("paper", {"paper"}),
    "voucher-applications/{uid}/documents/": ("file", {"file", "kind"}),
    "events/{slug}/brand/logo/": ("file", {"file"}),
    "events/{slug}/brand/picture/": ("file", {"file"}),
}


def test_what_takes_a_file_is_multipart_with_a_binary_member(schema):
    """And nothing else is: every other operation takes JSON alone, as its parser does (B7)."""
    forms = {
        name: told["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
        for name, told in operations(schema)
        if "multipart/form-data" in told.get("requestBody", {}).get("content", {})
    }
    assert set(forms) == {f"post {API}/{path}" for path in UPLOADS}
    for path, (member, required) in UPLOADS.items():
        said = schema["components"]["schemas"][forms[f"post {API}/{path}"]]
        assert said["properties"][member] == {"type": "string", "format": "binary"}
        assert set(said["required"]) == required


def test_what_gives_a_file_says_its_types_and_a_removal_has_no_body(schema):
    binary = {"schema": {"type": "string", "format": "binary"}}
    files = {
        path.removeprefix(f"{API}/"): verbs["get"]["responses"]["200"]["content"]
        for path, verbs in schema["paths"].items()
        if path.endswith("/file/")
    }
    with_office = dict.fromkeys(["application/pdf", "image/webp", *CONTENT_TYPES.values()], binary)
    assert files == {
        "companies/{uid}/documents/{key}/file/": {"application/pdf": binary, "image/webp": binary},
        "products/{uid}/files/{key}/file/": {"application/pdf": binary, "image/webp": binary},
        "products/{uid}/videos/{key}/file/": {"video/mp4": binary, "video/webm": binary},
        "products/{uid}/pictures/{key}/file/": {"image/webp": binary},
        "papers/{uid}/file/": {"application/pdf": binary, "image/webp": binary},
        "deal-steps/{uid}/papers/{key}/file/": with_office,
        "voucher-applications/{uid}/documents/{key}/file/": with_office,
    }
    removals = [told for name, told in operations(schema) if name.endswith("/remove/")]
    assert [list(told["responses"]) for told in removals] == [["204", "4XX"]] * 5
