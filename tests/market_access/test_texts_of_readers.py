"""A reader of any language reads the entry rules of her goods in it."""

import pytest
from django.core.management import call_command
from django.test import Client

from matchmaker.market_access.models import EntryQuestion, EntryRule
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    call_command("load_market_access", verbosity=0)


def test_a_thai_exporter_reads_the_rules_of_her_rice_in_thai(records):
    person = factories.user(language="th")
    product = factories.product(company=factories.supplier(person), hs_code="100630")
    client = Client()
    client.force_login(person)
    page = client.get(f"/supplier/products/{product.uid}/china/").text
    rule = EntryRule.objects.get(code="GACC-FOOD-280")
    assert rule.name["th"] in page
    assert rule.name["en"] not in page


def test_loading_brings_every_language_of_a_question(records):
    question = EntryQuestion.objects.get(code="fresh_fruit")
    assert question.text["vi"] != question.text["en"]
    assert len(question.text) == 15
