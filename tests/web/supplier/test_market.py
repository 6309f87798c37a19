"""What a product still needs for China, shown and answered by its supplier."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from matchmaker.market_access.models import EntryRule, ReadinessAnswer
from matchmaker.market_access.services import load_market_access
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def product(client):
    load_market_access()
    product = make.product(hs_code="110290")
    client.force_login(make.member_of(product.company))
    return product


def address(product, page: str = "market") -> str:
    return reverse(f"supplier_product_{page}", args=[product.uid])


def test_page_names_rules_with_source_and_period_and_is_no_legal_advice(client, product):
    page = client.get(address(product), {"on": "2027-01-15"})
    first = page.context["items"][0]
    assert all([first["source"], first["holds"], first["source_url"].startswith("http")])
    assert "Reference, not legal advice." in page.content.decode()


def test_an_answer_decides_the_items_that_waited_for_it(client, product):
    waiting = client.get(address(product)).context
    question = waiting["readiness"].questions[0].code
    shown = "?on=2027-01-15&to=2027-04-01&value=5000"
    assert (
        f'action="{address(product, "answer")}{escape(shown)}"' in client.get(address(product) + shown).content.decode()
    )
    answer = client.post(address(product, "answer") + shown, {"question": question, "said": "yes"})
    assert answer.url == address(product) + shown
    assert list(ReadinessAnswer.objects.values_list("question", "answer")) == [(question, True)]
    decided = client.get(address(product)).context
    assert question not in [ask.code for ask in decided["readiness"].questions]


def test_answer_by_htmx_comes_back_as_the_boxes(client, product):
    question = client.get(address(product)).context["readiness"].questions[0].code
    asked = {"question": question, "said": "no"}
    part = client.post(address(product, "answer"), asked, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="boxes">')


@pytest.mark.parametrize(("question", "said"), [("nonsense", "yes"), ("", "no"), ("is_food", "perhaps")])
def test_unknown_questions_and_answers_keep_nothing(client, product, question, said):
    client.post(address(product, "answer"), {"question": question, "said": said})
    assert not ReadinessAnswer.objects.exists()


@pytest.mark.parametrize("day", ["2027-02-30", "10000-01-01", "tomorrow"])
def test_days_that_do_not_exist_are_named(client, product, day):
    page = client.get(address(product), {"on": day})
    assert page.context["day_problem"] == "There is no such day. Choose it from the calendar."


def test_products_of_others_are_not_answered_for(client, product):
    other = make.product()
    assert client.post(address(other, "answer"), {"question": "is_food", "said": "yes"}).status_code == 404


def test_a_product_under_a_tariff_quota_says_so_beside_its_duty(client, product):
    def page(hs_code):
        product.hs_code = hs_code
        product.save(update_fields=["hs_code"])
        return client.get(address(product)).content.decode()

    assert "Tariff quota" in page("100630")
    assert "https://www.fao.org/giews/" in page("100630")
    assert "Tariff quota" not in page("080440")
    other = client.get(reverse("product", args=[product.uid])).content.decode()
    assert "Tariff quota" not in other
    product.hs_code = "110100"
    product.save(update_fields=["hs_code"])
    assert "Tariff quota" in client.get(reverse("product", args=[product.uid])).content.decode()


def test_rules_in_another_language_than_the_page_say_which(client, product):
    """A rule that an organiser writes stands in the languages she writes."""
    for rule in EntryRule.objects.all():
        rule.name = {"en": rule.name["en"], "zh-hans": rule.name["zh-hans"]}
        rule.save(update_fields=["name"])
    make.read_in("ar", client)
    page = client.get(address(product))
    name = escape(page.context["items"][0]["title"])
    assert f'<span lang="en" dir="ltr">{name}</span>' in page.content.decode()
    make.read_in("en", client)
    assert f"<span>{name}</span>" in client.get(address(product)).content.decode()
