"""A supplier's matches: why, on which conditions, one tap to answer; no name of the buyer before both said yes."""

import pytest
from django.urls import reverse

from matchmaker.notifications.models import Notice
from matchmaker.web.supplier.matches import seen_by, with_products
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company(client):
    company = make.supplier()
    client.force_login(make.member_of(company))
    return company


@pytest.fixture
def match(company):
    buyer = make.buyer(legal_name="武汉秘密采购有限公司", contact_email="wang@secret.example", city="武汉")
    conditions = [
        {"code": "origin", "outcome": "meets", "facts": {"origin": "TH", "wanted": ["TH"], "excluded": []}},
        {"code": "certificates", "outcome": "fails", "facts": {"present": [], "missing": ["HACCP"]}},
    ]
    return make.match(make.product(company), make.line(make.demand(buyer)), conditions=conditions)


def answer_url(match) -> str:
    return reverse("supplier_match_answer", args=[match.uid])


def test_a_match_of_goods_that_were_published_after_the_page_read_the_companys_goods_has_its_product(company, match):
    assert [one.product for one in with_products(seen_by(company), [])] == [match.product]


def test_list_shows_reasons_conditions_and_the_score_with_its_parts(client, match):
    card = client.get(reverse("supplier_matches")).context["cards"][0]
    assert (card["score"], card["word"]) == (82, "Possible fit")  # a certificate that the buyer demands is missing
    assert [(part["label"], part["value"]) for part in card["parts"]] == [
        ("Meaning", 71),
        ("Words", 20),
        ("HS code", 100),
        ("Category", 100),
        ("Trust", 50),
    ]
    assert card["reasons"][0] == "Same HS code 1006.30."
    assert [(row["label"], row["state"]) for row in card["conditions"]] == [
        ("Origin", "meets"),
        ("Certificates", "fails"),
    ]


@pytest.mark.parametrize("page", ["supplier_home", "supplier_matches", "supplier_match"])
def test_buyer_is_not_named_before_both_said_yes(client, match, page):
    text = client.get(reverse(page, args=[match.uid] if page == "supplier_match" else [])).content.decode()
    assert ("Wuhan" in text, "秘密" in text, "wang@secret.example" in text) == (True, False, False)


def test_contact_is_shown_when_both_said_yes(client, match):
    match.buyer_answer = "interested"
    match.save()
    page = client.post(answer_url(match), {"answer": "interested"}, follow=True).content.decode()
    assert ("武汉秘密采购有限公司" in page, "wang@secret.example" in page) == (True, True)
    match.refresh_from_db()
    assert match.is_mutual


def test_interest_is_told_to_the_buyer_without_opening_the_contact(client, match):
    client.post(answer_url(match), {"answer": "interested"})
    match.refresh_from_db()
    assert (match.supplier_answer, match.is_mutual) == ("interested", False)
    assert list(Notice.objects.values_list("kind", "recipient__companies")) == [
        ("match_interest", match.line.demand.company.pk)
    ]


def test_not_for_us_takes_one_tap_and_asks_why_afterwards(client, match):
    part = client.post(answer_url(match), {"answer": "declined"}, headers=HTMX)
    assert part.templates[0].name == "supplier/answer.html"
    assert 'value="price"' in part.content.decode()
    client.post(answer_url(match), {"answer": "declined", "why": "price"}, headers=HTMX)
    match.refresh_from_db()
    assert (match.supplier_answer, match.supplier_why) == ("declined", "price")


def test_without_a_script_the_answer_comes_back_to_the_list(client, match):
    back = reverse("supplier_matches") + "?state=unanswered"
    assert client.post(answer_url(match), {"answer": "declined", "next": back}).url == f"{back}#match-{match.uid}"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_never_leaves_the_site(client, match, elsewhere):
    answer = client.post(answer_url(match), {"answer": "declined", "next": elsewhere})
    assert answer.url == f"{reverse('supplier_match', args=[match.uid])}#match-{match.uid}"


@pytest.mark.parametrize(("said", "why"), [("", ""), ("maybe", ""), ("declined", "because")])
def test_unknown_answers_are_refused(client, match, said, why):
    part = client.post(answer_url(match), {"answer": said, "why": why}, headers=HTMX)
    assert part.status_code == 422
    match.refresh_from_db()
    assert match.supplier_answer == ""


def test_what_both_agreed_on_is_not_taken_back(client, match):
    match.buyer_answer = "interested"
    match.save()
    client.post(answer_url(match), {"answer": "interested"})
    part = client.post(answer_url(match), {"answer": "declined"}, headers=HTMX)
    assert part.status_code == 422
    match.refresh_from_db()
    assert match.is_mutual


def test_opening_the_answers_address_shows_the_match(client, match):
    assert client.get(answer_url(match)).url == f"{reverse('supplier_match', args=[match.uid])}#match-{match.uid}"


def test_filters_by_product_and_answer(client, company, match):
    other = make.match(make.product(company, name="Broken rice"), supplier_answer="interested")
    address = reverse("supplier_matches")

    def found(**asked):
        return [card["match"].pk for card in client.get(address, asked).context["cards"]]

    assert found() == [match.pk, other.pk]
    assert found(state="unanswered") == [match.pk]
    assert found(state="answered") == [other.pk]
    assert found(state="mutual") == []
    assert found(product=str(other.product.uid)) == [other.pk]
    assert found(state="nonsense", product="x") == [match.pk, other.pk]


def test_filters_answer_htmx_with_the_results_alone(client, match):
    part = client.get(reverse("supplier_matches"), {"state": "mutual"}, headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="results"')


@pytest.mark.parametrize("visibility", ["private", "invited"])
def test_demands_that_are_not_public_are_not_seen(client, company, visibility):
    match = make.match(make.product(company), make.line(make.demand(visibility=visibility)))
    assert client.get(reverse("supplier_matches")).context["cards"] == []
    assert client.get(reverse("supplier_match", args=[match.uid])).status_code == 404
    assert client.post(answer_url(match), {"answer": "interested"}).status_code == 404


def test_matches_of_others_are_not_found(client, company):
    match = make.match()
    assert client.get(reverse("supplier_match", args=[match.uid])).status_code == 404
    assert client.post(answer_url(match), {"answer": "interested"}).status_code == 404


def test_empty_list_says_what_to_do_next(client, company):
    address = reverse("supplier_matches")
    assert "No product, no match" in client.get(address).content.decode()
    make.product(company, status="draft")
    assert "Nothing is published yet" in client.get(address).content.decode()
    make.product(company)
    assert "No buyer wants it yet" in client.get(address).content.decode()
