"""POST /hs-codes/narrow/ and whether a code was confirmed."""

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import DemandLine, Product
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_three_answers_narrow_a_text_down(anonymous):
    asked = {"text": "冷冻鱼片", "language": "zh"}
    first = anonymous.post(reverse("api_narrow_hs_code"), asked).json()
    options = first["question"]["options"]
    assert [one["id"] for one in options[-2:]] == ["none", "unknown"]
    assert len(options) <= 7
    chosen = options[1]
    second = anonymous.post(reverse("api_narrow_hs_code"), asked | {"answers": [chosen["id"]]}).json()
    assert second["codes"][0]["hs6"] in chosen["codes"]
    done = anonymous.post(reverse("api_narrow_hs_code"), asked | {"answers": [chosen["id"], "unknown", "unknown"]})
    assert done.json()["question"] is None
    refused = anonymous.post(reverse("api_narrow_hs_code"), asked | {"answers": ["7777"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "answers")


def test_a_code_counts_as_confirmed_unless_a_system_says_otherwise(caller):
    person = factories.user()
    seller = factories.supplier(person)
    factories.hs_code("100630")
    own = caller(person)
    body = {"texts": [{"language": "en", "name": "Rice"}], "hs_code": "100630"}
    own.post(reverse("api_products"), body)
    own.post(reverse("api_products"), body | {"code_is_confirmed": False})
    kept = Product.objects.of(seller).order_by("pk")
    assert list(kept.values_list("code_is_confirmed", flat=True)) == [True, False]
    assert DemandLine().code_is_confirmed is True
