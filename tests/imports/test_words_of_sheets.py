"""What people write into sheets: countries, languages, heads in two languages, addresses; and likely duplicates."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from matchmaker.catalogue import wording
from matchmaker.catalogue.country_names import country_code
from matchmaker.companies.duplicates import Identity, Register
from matchmaker.engines.reading import headers
from matchmaker.imports import columns
from matchmaker.imports.columns import Reader
from matchmaker.imports.kinds import KINDS

COUNTRIES = {
    "VN": ["Viet Nam", "Vietnam", "VIET-NAM", "VNM", "704", "越南", "Việt Nam", "Socialist Republic of Viet Nam"],
    "PL": ["Polska", "Pologne", "Republic of Poland", "PL - Polska"],
    "GR": ["Ελλάδα", "Hellenic Republic", "اليونان"],
    "DE": ["Germany (DE)", "Deutschland", "Federal Republic of Germany", "Germany DE", "Alemania / Germany"],
    "IR": ["Iran, Islamic Republic of", "Iran (Islamic Republic of)", "Islamic Republic of Iran"],
    "KR": ["Republic of Korea", "Korea, Republic of", "South Korea", "한국"],
    "KP": ["Democratic People's Republic of Korea"],
    "CD": ["Democratic Republic of the Congo", "DR Congo"],
    "CG": ["Congo", "Republic of the Congo"],
    "CI": ["Côte d'Ivoire", "COTE D’IVOIRE", "Ivory Coast"],
    "GB": ["U.K.", "United Kingdom of Great Britain and Northern Ireland"],
    "CN": ["中华人民共和国", "P.R. China", "China, P.R."],
    "ST": ["Sao Tome and Principe"],
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in COUNTRIES.items() for name in names])
def test_a_country_by_any_of_its_names(code, name):
    assert country_code(name) == code


@pytest.mark.parametrize("word", ["Atlantis", "Germany, Austria", "Republic of China", "Guinea (Conakry, Bissau)", "X"])
def test_what_is_no_country_or_two_is_not_guessed(word):
    assert country_code(word) == ""


def test_every_country_is_read_in_every_language_of_the_site():
    from matchmaker.core import reference

    for code, row in reference.countries().items():
        for name in reference.names_of(row):
            assert not name or country_code(name) == code, (code, name)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("it / en", ["it", "en"]),
        ("ar en", ["ar", "en"]),
        ("Thai and English", ["th", "en"]),
        ("français, español", ["fr", "es"]),
        ("francais;espanol", ["fr", "es"]),
        ("中文和英文", ["zh", "en"]),
        ("Chinese (Mandarin), pt-BR", ["zh", "pt"]),
        ("Haitian Creole & French", ["ht", "fr"]),
        ("Bahasa Indonesia", ["id"]),
    ],
)
def test_several_languages_in_one_cell(text, codes):
    assert wording.languages(text) == codes


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("country", "Atlantis", "“Atlantis” is no country we know."),
        ("languages", "es / klingon", "No language we know: klingon."),
        ("contact_email", "call us", "Write one email address, such as office@example.org."),
        ("website", "see brochure", "Write one web address, such as https://example.org."),
        ("city", "x" * 120, "This has 120 characters; at most 100 fit."),
    ],
)
def test_a_refusal_says_what_to_write_instead(column, text, sentence):
    by_name = {one.name: one for one in KINDS["suppliers"].columns}
    with translation.override("en"):
        value, problem, _note = Reader(by_name[column])[text]
    assert not value
    assert problem.startswith(sentence)
    assert "Ensure this value" not in problem


def test_the_first_of_several_addresses_is_taken_and_shown():
    by_name = {one.name: one for one in KINDS["suppliers"].columns}
    value, problem, note = Reader(by_name["contact_email"])["Ana <ana@mill.example>; rui@mill.example"]
    assert (value, problem, note) == ("ana@mill.example", "", "ana@mill.example")
    assert columns.read_email("ana(at)mill.example") == "ana@mill.example"
    assert columns.read_email("Mail: ana [at] mill [dot] example") == "ana@mill.example"
    with pytest.raises(ValidationError):
        columns.read_email("ana at mill.example")  # "at" alone may be a word


def test_heads_in_two_languages_are_read_in_each_part():
    heads = [
        "公司名称 Company name",
        "Country / 国家",
        "E-mail\n邮箱",
        "Contact person (联系人)",
        "Sitio web | Website",
        "展位号",
    ]
    names = columns.heads("companies")
    assert headers.suggest_columns(heads, names) == {
        "legal_name": 0, "country": 1, "contact_email": 2, "contact_name": 3, "website": 4
    }  # fmt: skip


def test_a_whole_head_comes_before_a_part_of_another():
    names = columns.heads("companies")
    assert headers.suggest_columns(["Contact / Company", "Company"], names)["legal_name"] == 1


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (("Vinícola Aurora Ltda", "BR"), ("VINICOLA AURORA", "BR"), "name"),
        (("Doi Chang Coffee", "TH", "https://doichang.example"), ("Quite other", "TH", "doichang.example"), "domain"),
        (("武汉东湖贸易有限公司", "CN"), ("Donghu Trading", "CN"), "sound"),
        (("Müller Maschinenbau GmbH", "DE"), ("Muller Maschinenbau AG", "DE"), "name"),
    ],
)  # fmt: skip
def test_a_register_finds_what_is_perhaps_the_same_among_thousands(one, other, why):
    def identity(key, name, country, *hosts):
        return Identity(key, (name,), country, "", hosts)

    register = Register(identity(n, f"Zq{n:05d}ware", "DE") for n in range(3000))
    register.add(identity("the one", *one))
    found, alike = register.find(identity(None, *other))
    assert (found.key, alike.why) == ("the one", why)
    assert register.find(identity(None, "Nothing like it", "DE")) is None


def test_two_numbers_of_one_register_are_two_companies_whatever_their_names():
    sister = Identity("one", ("Tech Mahindra (Nanjing) Co. Ltd",), "CN", "254900AAAA", (), "lei")
    other = ("Tech Mahindra (Shanghai) Co. Ltd",)
    register = Register([sister])
    assert register.find(Identity(None, other, "CN", "254900ROFP", (), "lei")) is None
    assert register.find(Identity(None, other, "CN"))[0].key == "one"
