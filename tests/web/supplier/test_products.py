"""A supplier's products: typed in several languages, kept whatever is wrong, published when they can be."""

from decimal import Decimal

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Product
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client):
    company = make.supplier()
    client.force_login(make.member_of(company))
    make.category("AGRI-01")
    make.hs_code("100630")
    return company


def filled(**changes) -> dict:
    texts = changes.pop("texts", [("th", "ข้าวหอมมะลิ", "ข้าวหอมมะลิใหม่")])
    values = {
        "texts-TOTAL_FORMS": str(len(texts)),
        "texts-INITIAL_FORMS": "0",
        "category": "AGRI-01",
        "hs_code": "100630",
        "origin": "TH",
        "price_low": "820.5",
        "price_high": "900",
        "currency": "USD",
        "price_unit": "t",
        "min_order": "25",
        "min_order_unit": "t",
        "lead_time_days": "30",
        "certificates": ["HACCP", "GMP"],
    }
    for place, (language, name, description) in enumerate(texts):
        values |= {
            f"texts-{place}-language": language,
            f"texts-{place}-name": name,
            f"texts-{place}-description": description,
        }
    return values | changes


def new() -> str:
    return reverse("supplier_product_new")


def errors(page, field: str) -> list[str]:
    return list(page.context["form"].errors.get(field, []))


def test_new_product_is_saved_as_a_draft_with_all_it_says(client, company):
    texts = [("th", "ข้าวหอมมะลิ", "ข้าวใหม่"), ("en", "Hom Mali rice", "New crop")]
    answer = client.post(new(), filled(texts=texts))
    product = Product.objects.get()
    assert answer.url == reverse("supplier_product_edit", args=[product.uid])
    assert (product.status, product.company, product.category_id, product.hs_code) == (
        "draft",
        company,
        "AGRI-01",
        "100630",
    )
    assert [(t.language, t.name, t.is_original) for t in product.texts.all()] == [
        ("th", "ข้าวหอมมะลิ", True),
        ("en", "Hom Mali rice", False),
    ]
    assert [c.code for c in product.certificates.all()] == ["GMP", "HACCP"]
    assert (str(product.price_low), product.currency, product.lead_time_days) == ("820.5000", "USD", 30)


def test_only_a_name_is_needed_for_a_draft(client, company):
    bare = {"texts-TOTAL_FORMS": "1", "texts-INITIAL_FORMS": "0", "texts-0-language": "th", "texts-0-name": "ข้าว"}
    client.post(new(), bare)
    assert Product.objects.get().texts.get().name == "ข้าว"


def test_save_and_publish_shows_it_and_rings_the_bell(client, company, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        client.post(new(), filled(publish="1"))
    assert Product.objects.get().status == "published"
    assert [bell.__name__ for bell in bells if bell.__module__ == "matchmaker.matching.tasks"] == [
        "start_matching",
        "start_matching",
    ]


def test_before_approval_the_form_offers_to_publish_with_the_approval_and_keeps_the_wish(client, company):
    company.status = "pending"
    company.save()
    page = client.get(new()).content.decode()
    assert ("Save and publish" in page, "Publish as soon as we are approved" in page) == (False, True)
    answer = client.post(new(), filled(publish="1"), follow=True)
    product = Product.objects.get()
    assert (product.status, product.publish_wish_by) == ("draft", make.member_of(company))
    said = "Saved. It is published by itself as soon as your company is approved."
    assert [str(message) for message in answer.context["messages"]] == [said]


def test_saving_it_as_a_draft_takes_the_wish_back(client, company):
    company.status = "pending"
    company.save()
    client.post(new(), filled(publish="1"))
    product = Product.objects.get()
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled())
    product.refresh_from_db()
    assert product.publish_wish_by is None


def test_what_is_missing_is_said_when_the_wish_is_made(client, company):
    company.status = "pending"
    company.save()
    answer = client.post(new(), filled(publish="1", category=""))
    assert (answer.status_code, Product.objects.get().publish_wish_by) == (422, None)
    assert errors(answer, "category") == ["Choose a category: buyers browse by it. We suggest one from your text."]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Comté AOP affiné dix-huit mois, au lait cru de montagne", "fr"),
        ("ข้าวหอมมะลิ", "th"),
        ("茉莉香米", "zh"),
        ("Frozen vannamei shrimps", "en"),
    ],
)
def test_the_language_of_a_text_is_found_out_and_can_be_changed(client, company, name, language):
    client.post(new(), filled(texts=[("", name, "")]))
    product = Product.objects.get()
    assert product.texts.get().language == language
    page = client.get(reverse("supplier_product_edit", args=[product.uid]))
    assert page.context["texts"].forms[0]["language"].value() == language
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled(texts=[("it", name, "")]))
    assert product.texts.get().language == "it"


def test_publishing_without_a_category_keeps_the_draft_and_asks_for_one(client, company):
    page = client.post(new(), filled(publish="1", category=""))
    product = Product.objects.get()
    assert (page.status_code, product.status) == (422, "draft")
    assert errors(page, "category") == ["Choose a category: buyers browse by it. We suggest one from your text."]
    assert page.context["action"] == reverse("supplier_product_edit", args=[product.uid])


def test_one_text_has_an_empty_place_beside_it_that_is_not_saved(client, company):
    page = client.get(new())
    assert [form["language"].value() for form in page.context["texts"]] == ["", "en"]
    client.post(new(), filled(texts=[("th", "ข้าว", ""), ("en", "", "")]))
    assert [text.language for text in Product.objects.get().texts.all()] == ["th"]


def test_edit_shows_amounts_as_a_person_writes_them(client, company):
    product = make.product(company, min_order="25.00", min_order_unit="t")
    page = client.get(reverse("supplier_product_edit", args=[product.uid]))
    assert 'value="25"' in str(page.context["form"]["min_order"])


def test_edit_of_a_published_product_is_matched_anew(client, company):
    product = make.product(company)
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled())
    product.refresh_from_db()
    assert (product.revision, product.status, product.original.language) == (2, "published", "th")


def test_a_published_product_cannot_lose_its_category(client, company):
    product = make.product(company)
    page = client.post(reverse("supplier_product_edit", args=[product.uid]), filled(category=""))
    assert errors(page, "category") == ["Choose a category: buyers browse by it. We suggest one from your text."]
    product.refresh_from_db()
    assert product.category_id == "AGRI-01"


def test_texts_are_needed_in_one_language_at_least(client, company):
    page = client.post(new(), filled(texts=[("th", "", "")]))
    assert page.context["texts"].errors == [{"name": ["Give the product a name in your own language."]}]


def test_a_language_stands_only_once(client, company):
    page = client.post(new(), filled(texts=[("th", "a", ""), ("th", "b", "")]))
    assert page.context["texts"].errors[1] == {"language": ["There is already a text in this language above."]}
    assert page.context["texts"].forms[1]["name"].value() == "b"


def test_a_form_without_its_texts_is_refused(client, company):
    assert client.post(new(), {"origin": "TH"}).status_code == 422
    assert client.post(new(), filled(**{"texts-TOTAL_FORMS": "0"})).status_code == 422
    assert not Product.objects.exists()


def test_another_language_keeps_what_was_typed_and_saves_nothing(client, company):
    page = client.post(new(), filled(more="1", min_order="1,5"))
    assert page.status_code == 200
    assert [form["name"].value() for form in page.context["texts"]] == ["ข้าวหอมมะลิ", None]
    assert page.context["form"]["min_order"].value() == "1,5"
    assert not Product.objects.exists()


def test_a_pick_is_put_into_the_form_without_a_script(client, company):
    page = client.post(new(), filled(category="", pick_category="AGRI-01"))
    assert page.context["form"]["category"].value() == "AGRI-01"
    assert not Product.objects.exists()


def test_extra_fields_change_nothing(client, company):
    other = make.supplier()
    client.post(new(), filled(status="published", company=str(other.pk), owner="x", id="7", revision="99"))
    product = Product.objects.get()
    assert (product.status, product.company, product.revision) == ("draft", company, 1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("   ", "Give the product a name in your own language."),
        ("\u200b", "Write at least one letter or digit."),
        ("Rice\u202egnp", "This text holds an invisible control character. Please remove it."),
        ("Rice\r\nCc: x", "Write this in one line."),
    ],
)
def test_bad_names_are_refused(client, company, name, sentence):
    page = client.post(new(), filled(texts=[("en", name, "")]))
    assert page.context["texts"].errors == [{"name": [sentence]}]
    assert not Product.objects.exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "{0.__class__}", "%(x)s"])
def test_markup_in_a_name_is_kept_and_shown_inert(client, company, name):
    client.post(new(), filled(texts=[("en", name, name)]))
    product = Product.objects.get()
    assert product.name == name
    page = client.get(reverse("supplier_product_edit", args=[product.uid])).content.decode()
    assert "<script>alert(1)" not in page
    assert client.get(reverse("supplier_products")).status_code == 200


@pytest.mark.parametrize(("code", "kept"), [("1006.30", "100630"), ("1006 30", "100630"), ("１００６３０", "100630")])
def test_hs_codes_are_put_right(client, company, code, kept):
    client.post(new(), filled(hs_code=code))
    assert Product.objects.get().hs_code == kept


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("999999", "HS 2022 has no code 999999. Pick one of the suggestions, or leave it empty."),
        ("1006", "An HS code here has 6 digits and no dots, such as 100630."),
        ("10063٣", "An HS code here has 6 digits and no dots, such as 100630."),
        ("rice", "An HS code here has 6 digits and no dots, such as 100630."),
    ],
)
def test_unknown_hs_codes_are_refused(client, company, code, sentence):
    page = client.post(new(), filled(hs_code=code))
    assert errors(page, "hs_code") == [sentence]
    assert page.context["texts"].forms[0]["name"].value() == "ข้าวหอมมะลิ"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("origin", "XX", "Choose a country or region from the list."),
        ("currency", "RMB", "Choose a currency from the list, such as USD or CNY."),
        ("price_unit", "bushel", "Choose a unit from the list."),
        ("category", "AGRI-99", "Choose a category from the list."),
        ("certificates", ["HACCP", "MAGIC"], "Choose certificates from the list."),
    ],
)
def test_unknown_codes_are_refused(client, company, field, value, sentence):
    page = client.post(new(), filled(**{field: value}))
    assert errors(page, field) == [sentence]
    assert not Product.objects.exists()


FORM = "Write the amount in digits, such as 1,250.5."


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("price_low", "1,5,3", FORM),
        ("price_low", "1.00,000.5", FORM),
        ("price_low", "1e18", FORM),
        ("price_low", "NaN", FORM),
        ("price_low", "1_000", FORM),
        ("price_low", "3 €", FORM),
        ("price_low", "-1", "Write an amount above 0."),
        ("price_low", "0", "Write an amount above 0."),
        ("price_low", "0.00001", "At most 4 digits may follow the point."),
        ("min_order", "0.001", "At most 2 digits may follow the point."),
        ("min_order", "1000000000000", "This amount is too large. Compare the number and its unit."),
        ("capacity", "1 00", FORM),
        ("price_high", "10", "The upper price must not be below the lower one."),
    ],
)
def test_what_is_no_amount_is_refused(client, company, field, value, sentence):
    page = client.post(new(), filled(**{field: value}))
    assert errors(page, field) == [sentence]
    assert page.context["form"][field].value() == value
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("17,50", "17.50"),
        ("12,000", "12000"),
        ("1.234,50", "1234.50"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("１２０", "120"),
        ("9٫5", "9.5"),
        ("1.2万", "12000"),
    ],
)
def test_amounts_are_read_as_traders_write_them(client, company, typed, saved):
    client.post(new(), filled(price_low=typed, price_high="", min_order=typed, capacity=typed, capacity_unit="kg"))
    product = Product.objects.get()
    assert product.price_low == product.min_order == product.capacity == Decimal(saved)
    page = client.get(reverse("supplier_product_edit", args=[product.uid]))
    shown = page.context["form"]["price_low"].value()
    client.post(reverse("supplier_product_edit", args=[product.uid]), filled(price_low=shown, price_high=""))
    product.refresh_from_db()
    assert product.price_low == Decimal(saved)


def test_an_amount_with_two_readings_is_shown_back_before_it_is_saved(client, company):
    page = client.post(new(), filled(price_low="1.234", price_high=""))
    assert errors(page, "price_low") == [
        "“1.234” can mean 1.2340 or 1,234. The box now says 1.2340: save again if that is right, or write 1,234."
    ]
    assert page.context["form"]["price_low"].value() == "1.2340"
    assert not Product.objects.exists()
    client.post(new(), filled(price_low="1.2340", price_high=""))
    assert Product.objects.get().price_low == Decimal("1.234")


def test_on_a_french_page_a_comma_before_three_digits_is_asked_about(client, company):
    make.read_in("fr", client)
    page = client.post(new(), filled(price_low="", price_high="", min_order="12,000"))
    assert page.context["form"]["min_order"].value() == "12"
    assert "12\u202f000" in errors(page, "min_order")[0]
    assert not Product.objects.exists()


@pytest.mark.parametrize("value", ["1.5", "-3", "10000000000", "thirty"])
def test_days_that_are_no_whole_number_are_refused(client, company, value):
    page = client.post(new(), filled(lead_time_days=value))
    assert errors(page, "lead_time_days") == ["Write a whole number in digits, such as 30."]


def test_an_amount_needs_its_unit_and_a_price_its_currency(client, company):
    page = client.post(new(), filled(currency="", min_order_unit=""))
    assert errors(page, "currency") == ["Say which currency the price is in."]
    assert errors(page, "min_order_unit") == ["Say which unit the minimum order is in."]


# -- what can be done with it ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("verb", "status"), [("publish", "published"), ("pause", "paused"), ("withdraw", "withdrawn")])
def test_buttons_change_the_state(client, company, verb, status):
    product = make.product(company, status="paused" if verb == "publish" else "published")
    client.post(reverse(f"supplier_product_{verb}", args=[product.uid]))
    product.refresh_from_db()
    assert product.status == status


def test_copy_is_a_draft_like_it(client, company):
    product = make.product(company, certificates=("HACCP",))
    answer = client.post(reverse("supplier_product_copy", args=[product.uid]))
    copy = Product.objects.exclude(pk=product.pk).get()
    assert answer.url == reverse("supplier_product_edit", args=[copy.uid])
    assert (copy.status, copy.name, [c.code for c in copy.certificates.all()]) == ("draft", product.name, ["HACCP"])


def test_withdrawing_asks_first_without_a_script(client, company):
    product = make.product(company)
    page = client.get(reverse("supplier_product_withdraw", args=[product.uid]))
    assert "Withdraw this product?" in page.content.decode()
    product.refresh_from_db()
    assert product.status == "published"


@pytest.mark.parametrize("verb", ["publish", "pause", "copy", "image_add"])
def test_an_address_opened_by_hand_changes_nothing(client, company, verb):
    product = make.product(company)
    answer = client.get(reverse(f"supplier_product_{verb}", args=[product.uid]))
    assert answer.url.split("#")[0] == reverse("supplier_product_edit", args=[product.uid])
    product.refresh_from_db()
    assert (product.status, Product.objects.count()) == ("published", 1)


@pytest.mark.parametrize("page", ["edit", "publish", "pause", "withdraw", "copy", "image_add", "market"])
def test_products_of_others_are_not_found(client, company, page):
    product = make.product(make.supplier())
    address = reverse(f"supplier_product_{page}", args=[product.uid])
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_a_buyer_has_no_products_page(client):
    client.force_login(make.member_of(make.buyer()))
    assert client.post(new(), filled()).url == reverse("join")
    assert not Product.objects.exists()


def test_list_shows_state_completeness_and_matches(client, company):
    product = make.product(company)
    make.match(product)
    make.product(company, status="draft")
    page = client.get(reverse("supplier_products"))
    assert [(row["state"]["label"], row["matches"]) for row in page.context["rows"]] == [("Draft", 0), ("Published", 1)]
    assert (
        page.context["rows"][1]["completeness"].missing[0] == "Add a price band: buyers compare it with their target."
    )


def test_list_needs_as_many_queries_for_ten_as_for_one(client, company, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make.product(company)
    client.get(reverse("supplier_products"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("supplier_products"))
    for _number in range(9):
        make.product(company)
    with django_assert_num_queries(len(one)):
        client.get(reverse("supplier_products"))


def test_market_page_says_what_is_missing_and_that_a_day_does_not_exist(client, company):
    product = make.product(company)
    page = client.get(reverse("supplier_product_market", args=[product.uid]), {"on": "2027-02-30"})
    assert page.context["day_problem"] == "There is no such day. Choose it from the calendar."
    assert "Reference, not legal advice." in page.content.decode()


def test_language_found_in_a_text_is_said_and_can_be_changed(client, company):
    values = filled(texts=[("", "Riz au jasmin de première qualité, récolte de l'année", "")])
    page = client.post(new(), values, follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert any("was read as French" in line for line in said)
    assert page.context["texts"].forms[0]["language"].value() == "fr"
