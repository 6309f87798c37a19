"""Joining: three steps that keep what was typed, and the way to one's desk."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.answer_days import answer_day_of
from matchmaker.campaigns.services import submit_company
from matchmaker.companies.models import Company
from matchmaker.core import formats
from tests import factories as make
from tests.markup import flat

pytestmark = pytest.mark.django_db

NAMES = {
    "legal_name": "โรงสีข้าวสุรินทร์",
    "name_latin": "Surin Rice Mill Co., Ltd.",
    "name_zh": "",
    "country": "TH",
    "identifier_kind": "",
    "identifier": "",
}
CONTACT = {
    "city": "Surin",
    "address": "12 Mill Road",
    "website": "surinrice.example",
    "contact_name": "Malee Srisuk",
    "contact_email": "malee@surinrice.example",
    "contact_phone": "+66 44 123 456",
    "languages": ["th", "en"],
}
ABOUT = {"about_th": "เราสีข้าวหอมมะลิ", "about_en": "We mill fragrant rice.", "founded": "1998", "size": "50-249"}
TEXTS = {"th": ABOUT["about_th"], "en": ABOUT["about_en"]}


def step(number: int, side: str = "supplier") -> str:
    return reverse("join_step", args=[side, number])


@pytest.fixture
def person(client):
    person = make.user()
    client.force_login(person)
    return person


def errors(response, field: str) -> list[str]:
    return list(response.context["form"].errors.get(field, []))


def test_stranger_is_sent_to_sign_up_and_comes_back(client):
    page = client.get(reverse("join"))
    assert page.status_code == 200
    assert page.context["sides"][0]["url"] == "/accounts/signup/?next=%2Fjoin%2Fsupplier%2F1%2F"


def test_steps_ask_a_stranger_to_sign_in(client):
    assert client.get(step(1)).url == "/accounts/login/?next=/join/supplier/1/"


def test_supplier_joins_in_three_steps(client, person):
    make.campaign()
    assert client.post(step(1), NAMES).url == step(2)
    draft = Company.objects.get()
    assert (draft.status, draft.is_supplier, draft.is_buyer) == ("draft", True, False)
    assert client.post(step(2), CONTACT).url == step(3)
    page = client.get(step(3))
    shown = {fact["label"]: fact["value"] for part in page.context["review"] for fact in part["facts"]}
    assert shown["Legal name"] == "โรงสีข้าวสุรินทร์"
    assert shown["Website"] == "https://surinrice.example"
    assert shown["Languages"] == "Thai, English"
    assert client.post(step(3), {**ABOUT, "consent": "on"}).url == reverse("desk")
    draft.refresh_from_db()
    assert draft.status == "pending"
    assert draft.founded == 1998
    assert client.session["company"] == str(draft.uid)
    verbs = AuditEntry.objects.filter(organisation=str(draft.uid)).values_list("verb", flat=True)
    assert list(verbs) == ["start_company", "update_company", "update_company", "submit_company"]


def test_buyer_joins_with_its_credit_code(client, person):
    make.campaign()
    page = client.get(step(1, "buyer"))
    assert page.context["form"].initial == {"country": "CN", "identifier_kind": "uscc"}
    names = {**NAMES, "legal_name": "武汉中百采购有限公司", "country": "CN", "identifier_kind": "uscc"}
    code = valid_uscc()
    assert client.post(step(1, "buyer"), {**names, "identifier": code.lower()}).url == step(2, "buyer")
    company = Company.objects.get()
    assert (company.is_buyer, company.is_supplier, company.identifier) == (True, False, code)


def valid_uscc(first17: str = "91420100MA4KWJQN8") -> str:
    from stdnum.cn import uscc

    return first17 + uscc.calc_check_digit(first17)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("9142", "A Unified Social Credit Code has 18 characters; this one has 4."),
        (
            "91420100MA4KWJQNIP",
            "Character 17, “I”, cannot occur in a Unified Social Credit Code: "
            "the letters I, O, S, V and Z are not used.",
        ),
        ("91A20100MA4KWJQN8P", "Characters 3 to 8 are the district of registration and must be digits."),
        (
            valid_uscc()[:17] + ("0" if valid_uscc()[17] != "0" else "1"),
            "The last character does not fit the other 17: one of them is mistyped. "
            "Compare the code with your business licence.",
        ),
    ],
)
def test_wrong_credit_code_is_explained_and_kept(client, person, number, sentence):
    names = {**NAMES, "country": "CN", "identifier_kind": "uscc", "identifier": number}
    page = client.post(step(1, "buyer"), names)
    assert page.status_code == 422
    assert errors(page, "identifier") == [sentence]
    assert page.context["form"]["identifier"].value() == number
    assert not Company.objects.exists()


def test_chinese_buyer_without_a_code_is_told(client, person):
    page = client.post(step(1, "buyer"), {**NAMES, "country": "CN"})
    assert errors(page, "identifier") == ["Chinese companies register with their Unified Social Credit Code."]


def test_number_without_its_kind_is_refused(client, person):
    page = client.post(step(1), {**NAMES, "identifier": "12345"})
    assert errors(page, "identifier_kind") == ["Say what kind of number this is."]


TAKEN = "A company with this number is already registered. Ask its administrator to invite you."


def test_number_that_is_taken_is_told_beside_it_and_nothing_typed_is_lost(client, person):
    """Whose it is stays untold: the holder is a buyer whom nobody sees."""
    make.buyer(identifier_kind="uscc", identifier=valid_uscc(), legal_name="武汉秘密采购")
    typed = {**NAMES, "country": "CN", "identifier_kind": "uscc", "identifier": valid_uscc()}
    page = client.post(step(1), typed)
    assert page.status_code == 422
    assert page.context["form"].errors == {"identifier": [TAKEN]}
    assert {name: page.context["form"][name].value() for name in typed} == typed
    assert "武汉秘密采购" not in page.text
    assert not Company.objects.of(person).exists()


def test_returned_draft_whose_number_another_registered_since_is_told_when_it_comes_back(client, person):
    make.campaign()
    number = {"country": "CN", "identifier_kind": "uscc", "identifier": valid_uscc()}
    draft = make.supplier(person, status="returned", **number)
    make.supplier(legal_name="Faster Mill", **number)
    page = client.post(step(3), {**ABOUT, "consent": "on"})
    assert (page.status_code, list(page.context["form"].non_field_errors())) == (422, [TAKEN])
    draft.refresh_from_db()
    assert (draft.status, draft.about) == ("returned", TEXTS)


def test_first_step_sent_twice_makes_one_company(client, person):
    client.post(step(1), NAMES)
    client.post(step(1), {**NAMES, "legal_name": "Surin Mill"})
    assert [company.legal_name for company in Company.objects.all()] == ["Surin Mill"]


def test_later_step_without_a_draft_goes_back_to_the_first(client, person):
    assert client.get(step(3)).url == step(1)


@pytest.mark.parametrize("address", ["/join/supplier/4/", "/join/organiser/1/"])
def test_steps_that_do_not_exist_are_not_found(client, person, address):
    assert client.get(address).status_code == 404


def test_draft_is_somebodys_own(client, person):
    make.supplier(status="draft", legal_name="Somebody else's draft")
    assert client.get(step(2)).url == step(1)


def test_submitting_without_consent_keeps_the_draft(client, person):
    make.campaign()
    client.post(step(1), NAMES)
    client.post(step(2), CONTACT)
    page = client.post(step(3), ABOUT)
    assert errors(page, "consent") == ["Tick this box to submit. Without it the draft is kept, and nobody sees it."]
    assert page.context["form"]["about"].value() == TEXTS
    assert Company.objects.get().status == "draft"


def test_submitting_without_the_second_step_says_what_is_missing(client, person):
    make.campaign()
    client.post(step(1), NAMES)
    page = client.post(step(3), {**ABOUT, "consent": "on"})
    assert page.status_code == 422
    assert list(page.context["form"].non_field_errors()) == [
        "Still missing under “Contact”: City, Contact person, Contact email."
    ]
    assert Company.objects.get().about == TEXTS


def test_submitting_without_a_campaign_keeps_everything(client, person):
    client.post(step(1), NAMES)
    client.post(step(2), CONTACT)
    page = client.post(step(3), {**ABOUT, "consent": "on"})
    assert list(page.context["form"].non_field_errors()) == [
        "No campaign is open at the moment. Your draft is kept; come back when one opens."
    ]
    assert Company.objects.get().about == TEXTS


def test_extra_fields_change_nothing(client, person):
    extra = {"status": "approved", "verification": "3", "is_buyer": "1", "id": "1", "owner": "x", "role": "admin"}
    client.post(step(1), {**NAMES, **extra})
    company = Company.objects.get()
    assert (company.status, company.verification, company.is_buyer) == ("draft", 0, False)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("   ", "This field is required."),
        ("\u200b\u200b", "Write at least one letter or digit."),
    ],
)
def test_names_too_long_or_empty_are_refused(client, person, name, sentence):
    page = client.post(step(1), {**NAMES, "legal_name": name})
    assert errors(page, "legal_name") == [sentence]


def test_a_million_characters_are_refused_with_the_limit(client, person):
    client.post(step(1), NAMES)
    page = client.post(step(3), {**ABOUT, "about_en": "x" * 1_000_000, "consent": "on"})
    assert errors(page, "about") == ["English: At most 3000 characters; there are 1000000."]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Mill\r\nBcc: x@y.example", "Write this in one line."),
        ("Mill\tCo", "Write this in one line."),
        ("Mill \u202egnp.exe", "This text holds an invisible control character. Please remove it."),
    ],
)
def test_line_breaks_and_direction_overrides_are_refused(client, person, name, sentence):
    page = client.post(step(1), {**NAMES, "legal_name": name})
    assert errors(page, "legal_name") == [sentence]


def test_nul_in_a_name_is_refused(client, person):
    page = client.post(step(1), {**NAMES, "legal_name": "Mill\x00"})
    assert page.status_code == 422
    assert not Company.objects.exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "${7*7}", "%s %d", "{0.__class__}"])
def test_markup_in_a_name_is_kept_literally_and_shown_inert(client, person, name):
    client.post(step(1), {**NAMES, "legal_name": name, "name_latin": ""})
    assert Company.objects.get().legal_name == name
    client.post(step(2), CONTACT)
    page = client.get(step(3)).content.decode()
    assert "<script>alert(1)" not in page
    assert "49" not in page.split("What you submit")[1].split("Contact")[0]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "vbscript:x",
        "//x",
        "http://user:pw@mill.example",
        "ftp://mill.example",
        "https://",
        "https://mill",
        "not an address",
    ],
)
def test_addresses_that_open_no_page_are_refused(client, person, address):
    client.post(step(1), NAMES)
    page = client.post(step(2), {**CONTACT, "website": address})
    assert errors(page, "website") == ["Write the address of the page, such as https://example.org."]
    assert page.context["form"]["website"].value() == address


def test_look_alike_letters_in_an_address_are_refused(client, person):
    client.post(step(1), NAMES)
    page = client.post(step(2), {**CONTACT, "website": "https://p\u0430ypal.example"})
    assert errors(page, "website") == [
        "This address mixes letters of different scripts that look alike. Please type it again."
    ]


def test_five_kilobytes_of_address_are_refused(client, person):
    client.post(step(1), NAMES)
    page = client.post(step(2), {**CONTACT, "website": "https://mill.example/" + "x" * 5000})
    assert errors(page, "website") == ["An address may have up to 200 characters; this one has 5021."]


@pytest.mark.parametrize("country", ["XX", "th", "ＴＨ", "Thailand"])
def test_unknown_countries_are_refused(client, person, country):
    page = client.post(step(1), {**NAMES, "country": country})
    assert errors(page, "country") == ["Choose a country or region from the list."]


@pytest.mark.parametrize(
    ("country", "typed", "saved"),
    [
        ("TH", "＋６６ ４４ １２３ ４５６", "+66 44 123 456"),
        ("TH", "٠٤٤١٢٣٤٥٦", "+66 44 123 456"),
        ("FR", "06 12 34 56 78", "+33 6 12 34 56 78"),
        ("CN", "027-8888-6666", "+86 27 8888 6666"),
        ("FR", "+86 27 8888 6666", "+86 27 8888 6666"),
    ],
)
def test_a_telephone_number_is_stored_in_its_international_form(client, person, country, typed, saved):
    client.post(step(1), {**NAMES, "country": country})
    client.post(step(2), {**CONTACT, "contact_phone": typed})
    assert Company.objects.get().contact_phone == saved


@pytest.mark.parametrize(
    ("country", "phone", "example"),
    [("TH", "call me", "+66 2 123 4567"), ("FR", "06 12", "+33 1 23 45 67 89"), ("CN", "+86", "+86 10 1234 5678")],
)
def test_what_is_no_telephone_number_is_refused_with_an_example_of_the_country(client, person, country, phone, example):
    client.post(step(1), {**NAMES, "country": country})
    page = client.post(step(2), {**CONTACT, "contact_phone": phone})
    assert errors(page, "contact_phone") == [
        f"This is not a telephone number we can read. Write it with its country code, such as {example}."
    ]
    assert page.context["form"]["contact_phone"].value() == phone
    assert f"With country code, such as {example}." in page.text


def test_a_buyer_is_not_told_that_its_number_is_optional(client, person):
    page = flat(client.get(step(1, "buyer")).text)
    assert '<label class="field-label" for="id_identifier">Company number</label>' in page
    assert "Required for companies in China" in page


def test_a_number_that_a_public_supplier_has_leads_to_asking_for_a_place_there(client, person):
    mill = make.supplier(country="CN", identifier_kind="uscc", identifier=valid_uscc())
    typed = {**NAMES, "country": "CN", "identifier_kind": "uscc", "identifier": valid_uscc().lower()}
    page = client.post(step(1), typed)
    assert page.context["alike"] == [mill]
    assert f'href="{reverse("knock", args=[mill.uid])}"' in page.text


def test_a_number_that_a_hidden_company_has_can_be_asked_by_and_the_page_names_nobody(client, person):
    hidden = make.buyer(identifier_kind="uscc", identifier=valid_uscc(), legal_name="武汉秘密采购有限公司")
    typed = {**NAMES, "country": "CN", "identifier_kind": "uscc", "identifier": valid_uscc()}
    page = client.post(step(1), typed)
    assert (page.context["alike"], page.context["taken"], "秘密" in page.text) == ([], True, False)
    number = {"country": "CN", "kind": "uscc", "number": valid_uscc()}
    answer = client.post(reverse("knock_by_number"), number, follow=True)
    assert hidden.join_requests.get().user == person
    assert (valid_uscc() in answer.text, "秘密" in answer.text) == (True, False)


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        ("10000", "Write the year with four digits, not later than"),
        ("0", "Write the year with four digits, not later than"),
        ("1998.5", "Write a whole number in digits, such as 30."),
        ("-1998", "Write a whole number in digits, such as 30."),
    ],
)
def test_impossible_founding_years_are_refused(client, person, year, sentence):
    client.post(step(1), NAMES)
    page = client.post(step(3), {**ABOUT, "founded": year, "consent": "on"})
    assert [text[: len(sentence)] for text in errors(page, "founded")] == [sentence]


def test_returned_company_shows_the_reason_and_can_be_sent_again(client, person):
    make.campaign()
    company = make.supplier(person, status="returned", status_reason="The VAT number is missing.")
    assert "The VAT number is missing." in client.get(step(1)).content.decode()
    assert client.post(step(3), {**ABOUT, "consent": "on"}).url == reverse("desk")
    company.refresh_from_db()
    assert (company.status, company.status_reason) == ("pending", "")


# -- the way to one's desk ---------------------------------------------------------------------------------------------
def test_desk_of_a_person_without_company_is_joining(client, person):
    assert client.get(reverse("desk")).url == reverse("join")


def test_desk_of_a_supplier(client, person):
    make.supplier(person)
    assert client.get(reverse("desk")).url == reverse("supplier_home")


def test_desk_of_a_buyer(client, person):
    make.buyer(person)
    assert client.get(reverse("desk")).url == reverse("buyer_home")


def test_desk_of_the_campaigns_team(client):
    client.force_login(make.organiser())
    assert client.get(reverse("desk")).url == reverse("console_home")


def test_choosing_another_company_changes_the_desk(client, person):
    make.supplier(person)
    other = make.buyer(person)
    client.post(reverse("choose_company"), {"company": str(other.uid)})
    assert client.get(reverse("desk")).url == reverse("buyer_home")


@pytest.mark.parametrize("named", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_choosing_what_is_no_company_of_ones_own_is_not_found(client, person, named):
    make.supplier(person)
    assert client.post(reverse("choose_company"), {"company": named}).status_code == 404


def test_choosing_a_strangers_company_is_not_found(client, person):
    stranger = make.supplier()
    assert client.post(reverse("choose_company"), {"company": str(stranger.uid)}).status_code == 404


def test_the_page_promises_an_answer_by_a_day_and_a_waiting_company_reads_it(client, person):
    campaign = make.campaign(answer_days=4)
    assert "within 4 working days" in flat(client.get(reverse("join")).text)
    company = make.supplier(person, status="draft")
    submit_company(by=person, company=company, campaign=campaign)
    day = answer_day_of(company, campaign)
    assert f"You get an answer by {formats.day(day)}." in flat(client.get(reverse("supplier_home")).text)


def test_nothing_is_promised_where_the_campaign_promises_nothing(client):
    make.campaign(answer_days=0)
    assert "working day" not in flat(client.get(reverse("join")).text)


@pytest.mark.parametrize(
    ("zone", "header", "country"),
    [
        ("Asia/Bangkok", "en", "TH"),
        ("", "pt-BR,pt;q=0.9", "BR"),
        ("", "th,en;q=0.5", "TH"),
        ("UTC", "fr-FR", "FR"),
        ("", "es,en;q=0.5", None),
        ("", "", None),
    ],
)
def test_the_country_of_a_supplier_is_guessed_from_clock_and_browser(client, person, zone, header, country):
    type(person).objects.filter(pk=person.pk).update(time_zone=zone)
    page = client.get(step(1), headers={"accept-language": header})
    assert page.context["form"].initial.get("country") == country
