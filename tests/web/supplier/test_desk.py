"""The supplier's home, her company's page, and suggestions of codes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matchmaker.web.forms.company import CompanyForm, initial_values
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client):
    company = make.supplier()
    client.force_login(make.member_of(company))
    return company


def form_values(company, **changes) -> dict:
    """What the form sends: a text in several languages is one box for each."""
    values = {name: value for name, value in initial_values(company, CompanyForm).items() if value not in (None, False)}
    boxes = {f"about_{code}": text for code, text in (values.pop("about", None) or {}).items()}
    return {"about_en": "Rice from Surin.", **boxes, **values, **changes}


def test_home_without_products_leads_to_the_first_one(client, company):
    assert "List your first product" in client.get(reverse("supplier_home")).content.decode()


def test_home_shows_what_waits(client, company):
    make.match(make.product(company), buyer_answer="interested")
    make.match(make.product(company), supplier_answer="interested")
    draft = make.product(company, status="draft")
    page = client.get(reverse("supplier_home"))
    assert page.context["counts"] == {"all": 2, "waiting": 1, "asked": 1, "mutual": 0}
    assert (page.context["drafts"], page.context["published"]) == ([draft], 2)


def test_home_reads_the_companies_of_its_reader_and_the_texts_of_her_products_once(client, company):
    """The page, its menu and its count of enquiries each looked for the company, and every card for its product."""
    person = company.members.get()
    other = make.supplier()
    other.memberships.create(user=person)
    make.match(make.product(company))
    make.match(make.product(company))
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("supplier_home"))
    assert (page.context["company"], page.context["others"]) == (company, [other])
    assert len(page.context["cards"]) == 2
    statements = [query["sql"] for query in queries]
    assert sum('FROM "companies_membership"' in sql for sql in statements) == 1
    assert sum('FROM "catalogue_producttext"' in sql for sql in statements) == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("draft", "Your company is not submitted yet."),
        ("pending", "Your company is with the campaign's team."),
        ("returned", "The address is missing."),
        ("suspended", "Your company is suspended."),
    ],
)
@pytest.mark.parametrize("page", ["supplier_home", "supplier_company", "supplier_products", "supplier_product_new"])
def test_every_page_says_where_the_approval_stands(client, company, page, status, sentence):
    company.status, company.status_reason = status, "The address is missing." if status == "returned" else ""
    company.save()
    assert sentence in client.get(reverse(page)).content.decode()


def test_company_page_saves_what_is_said(client, company):
    client.post(reverse("supplier_company"), form_values(company, city="Buriram", website="mill.example"))
    company.refresh_from_db()
    assert (company.city, company.website, company.status) == ("Buriram", "https://mill.example", "approved")


def test_changing_the_legal_name_asks_for_approval_again_and_says_so(client, company):
    answer = client.post(reverse("supplier_company"), form_values(company, legal_name="New Mill Ltd."), follow=True)
    company.refresh_from_db()
    assert company.status == "pending"
    assert [str(message) for message in answer.context["messages"]] == [
        "Saved. You changed what was approved, so the campaign's team looks at your company again."
    ]


def test_returned_company_is_sent_again_from_its_page(client, company):
    make.campaign()
    company.status, company.status_reason = "returned", "The address is missing."
    company.save()
    client.post(reverse("supplier_company"), form_values(company, address="12 Mill Road", submit="1"))
    company.refresh_from_db()
    assert (company.status, company.address) == ("pending", "12 Mill Road")


def test_refused_company_page_keeps_what_was_typed(client, company):
    page = client.post(reverse("supplier_company"), form_values(company, website="javascript:x", city="Buriram"))
    assert page.status_code == 422
    assert page.context["form"]["city"].value() == "Buriram"
    company.refresh_from_db()
    assert company.city == "Surin"


def test_company_page_tells_a_taken_number_beside_it_and_keeps_what_was_typed(client, company):
    make.buyer(country="FR", identifier_kind="vat", identifier="40303265045")
    number = {"country": "FR", "identifier_kind": "vat", "identifier": "FR 40 303265045"}
    page = client.post(reverse("supplier_company"), form_values(company, city="Paris", **number))
    sentence = "A company with this number is already registered. Ask its administrator to invite you."
    assert (page.status_code, page.context["form"].errors) == (422, {"identifier": [sentence]})
    assert page.context["form"]["identifier"].value() == "FR 40 303265045"
    assert page.context["form"]["city"].value() == "Paris"


def test_only_administrators_can_save_the_companys_page(client, company):
    company.memberships.update(role="member")
    assert (
        "Only administrators of your company can change this."
        in client.get(reverse("supplier_company")).content.decode()
    )
    client.post(reverse("supplier_company"), form_values(company, city="Buriram"))
    company.refresh_from_db()
    assert company.city == "Surin"


def test_suspended_company_cannot_be_changed(client, company):
    company.status = "suspended"
    company.save()
    page = client.post(reverse("supplier_company"), form_values(company, city="Buriram"))
    assert list(page.context["form"].non_field_errors()) == ["This company is suspended; ask the organiser."]


def test_extra_fields_on_the_company_page_change_nothing(client, company):
    client.post(reverse("supplier_company"), form_values(company, status="approved", verification="3", is_buyer="1"))
    company.refresh_from_db()
    assert (company.verification, company.is_buyer) == (0, False)


@pytest.mark.parametrize("page", ["supplier_home", "supplier_company", "supplier_products", "supplier_matches"])
def test_strangers_are_asked_to_sign_in(client, page):
    assert client.get(reverse(page)).url == f"/accounts/login/?next={reverse(page)}"


def test_suggestions_of_nothing_ask_for_a_text(client, company):
    part = client.post(reverse("supplier_suggest_codes"), {"texts-0-name": ""})
    assert "We suggest both from the name and one sentence above" in part.content.decode()


@pytest.mark.slow
def test_suggestions_name_category_and_code_with_certainty(client, company):
    for code in ("AGRI-06", "AGRI-13"):
        make.category(code)
    make.hs_code("100630")
    part = client.get(reverse("supplier_suggest_codes"), {"texts-0-name": "Jasmine rice", "texts-0-language": "en"})
    shown = part.context["suggestions"]
    assert shown["categories"][0]["category"].code == "AGRI-06"
    assert "100630" in [item["code"].code for item in shown["hs_codes"]]
    assert all(0 <= item["percent"] <= 100 for item in shown["categories"] + shown["hs_codes"])


@pytest.mark.slow
def test_what_a_text_hardly_is_is_not_suggested(client, company):
    for code in ("AGRI-06", "SERV-04"):
        make.category(code)
    for code in ("100630", "090240"):
        make.hs_code(code)
    part = client.get(reverse("supplier_suggest_codes"), {"texts-0-name": "泰国茉莉香米", "texts-0-language": "zh"})
    shown = part.context["suggestions"]
    assert [item["category"].code for item in shown["categories"]] == ["AGRI-06"]
    assert [item["code"].code for item in shown["hs_codes"]] == ["100630"]


def test_a_pick_comes_back_in_the_fields(client, company):
    make.category()
    asked = {"pick_hs_code": "100630", "category": "AGRI-01", "hs_code": ""}
    part = client.post(reverse("supplier_suggest_codes"), asked)
    assert (part.context["form"]["hs_code"].value(), part.context["form"]["category"].value()) == ("100630", "AGRI-01")


@pytest.mark.slow
def test_an_answered_question_leads_on_and_its_codes_come_first(client, company):
    asked = {"texts-0-name": "Frozen fish fillets", "texts-0-language": "en"}
    question = client.post(reverse("supplier_suggest_codes"), asked).context["suggestions"]["question"]
    assert question.text == "Which of these is it?"
    assert [value for value, _words, _note in question.answers[-2:]] == ["none", "unknown"]
    first, words, note = question.answers[0]
    assert words
    assert note
    page = client.post(reverse("supplier_suggest_codes"), asked | {"narrow": first})
    further = page.context["suggestions"]["question"]
    assert further.path == first
    assert all(value.startswith(f"{first},") for value, _words, _note in further.answers)
    assert f'name="narrowed" value="{first}"' in page.content.decode()
    # Without a script the same button sends the whole form, and nothing typed is lost.
    whole = client.post(
        reverse("supplier_product_new"),
        asked | {"texts-TOTAL_FORMS": "1", "texts-INITIAL_FORMS": "0", "narrow": first, "hs_code": "030489"},
    )
    assert whole.context["suggestions"]["question"].path == first
    assert whole.context["form"]["hs_code"].value() == "030489"
    # Answers to another text are forgotten.
    other = client.post(reverse("supplier_suggest_codes"), {"texts-0-name": "Ball valve", "narrow": "030489"})
    assert other.context["suggestions"]["question"].path == ""
