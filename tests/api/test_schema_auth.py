"""The schema asks for a key where one is needed, and nowhere else."""

import pytest
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_what_everybody_may_call_is_asked_without_a_key(schema):
    products = schema["paths"]["/api/v1/products/"]
    assert {} in products["get"]["security"]
    assert {} not in products["post"]["security"]


def test_every_operation_asks_as_its_policy_says(schema):
    wrong = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            needs_no_key = "security" not in operation or operation["security"] == [] or {} in operation["security"]
            if needs_no_key != operation["description"].count("For everybody."):
                wrong.append(f"{method} {path}")
    assert wrong == []
