"""A list searched with words says of each row whether it fits them."""

import pytest

from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_each_product_of_a_search_fits_or_is_related(client, settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"
    valve = make.product(name="Ball valve", hs_code="")
    unit = make.product(name="Pneumatic rotary unit", description="turns a ball valve in a plant", hs_code="")
    make.product(name="Jasmine rice")
    found = client.get("/api/v1/products/", {"q": "ball valve"}).json()["results"]
    assert {row["uid"]: row["fit"] for row in found} == {str(valve.uid): "fit", str(unit.uid): "related"}
    assert {row["fit"] for row in client.get("/api/v1/products/").json()["results"]} == {None}
