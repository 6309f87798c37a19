"""In which language a page is shown: the rules of docs/languages.md."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from matchmaker.core.languages import path_in, site_languages, split_path
from matchmaker.notifications.services import notify
from matchmaker.web.page_language import is_public
from tests import factories

pytestmark = pytest.mark.django_db
COOKIE = settings.LANGUAGE_COOKIE_NAME


def language(answer):
    return re.search(r'<html lang="([^"]+)" dir="(\w+)"', answer.text).groups()


@pytest.fixture(autouse=True)
def _campaign():
    factories.campaign()


def test_address_of_a_public_page_decides_its_language():
    visitor = Client(headers={"accept-language": "fr"})
    assert language(visitor.get("/products/")) == ("en", "ltr")
    assert language(visitor.get("/ar/products/")) == ("ar", "rtl")
    page = visitor.get("/zh-hans/products/")
    assert language(page) == ("zh-Hans", "ltr")
    assert page["Content-Language"] == "zh-hans"
    assert 'href="/zh-hans/suppliers/"' in page.text  # its links stay in the language


def test_choice_in_the_menu_leads_to_the_address_of_the_language_and_is_remembered():
    visitor = Client()
    answer = visitor.post(reverse("set_language"), {"language": "fr", "next": "/de/products/?q=tea"})
    assert answer["Location"] == "/fr/products/?q=tea"
    assert visitor.cookies[COOKIE].value == "fr"
    assert language(visitor.get("/accounts/login/")) == ("fr", "ltr")
    assert visitor.get("/products/?q=tea")["Location"] == "/fr/products/?q=tea"
    answer = visitor.post(reverse("set_language"), {"language": "en", "next": "/fr/"})
    assert answer["Location"] == "/"
    assert language(visitor.get("/")) == ("en", "ltr")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_choice_never_leads_away_from_the_site(target):
    assert Client().post(reverse("set_language"), {"language": "fr", "next": target})["Location"] == "/fr/"


def test_unknown_language_changes_nothing():
    answer = Client().post(reverse("set_language"), {"language": "xx", "next": "/products/"})
    assert answer["Location"] == "/products/"
    assert COOKIE not in answer.cookies
    assert Client().get("/xx/products/").status_code == 404


def test_language_of_the_browser_is_offered_and_never_forced():
    page = Client(headers={"accept-language": "ar,en;q=0.5"}).get("/products/")
    assert language(page) == ("en", "ltr")
    offer = re.search(r'<form[^>]*class="lang-offer".*?</form>', page.text, re.S)[0]
    assert 'value="ar"' in offer
    assert 'name="next" value="/products/"' in offer
    chosen = Client(headers={"accept-language": "ar"})
    chosen.cookies[COOKIE] = "en"
    assert "lang-offer" not in chosen.get("/products/").text
    assert "lang-offer" not in Client(headers={"accept-language": "la"}).get("/products/").text
    assert "lang-offer" not in Client().get("/fr/products/").text  # a search engine says no language


def test_private_pages_follow_the_account_and_the_menu_changes_it():
    person = factories.user(language="th")
    client = Client(headers={"accept-language": "de"})
    client.cookies[COOKIE] = "es"
    client.force_login(person)
    assert language(client.get("/account/")) == ("th", "ltr")
    assert client.get("/products/")["Location"] == "/th/products/"
    client.post(reverse("set_language"), {"language": "ar", "next": "/account/"})
    person.refresh_from_db()
    assert person.language == "ar"
    assert language(client.get("/account/")) == ("ar", "rtl")


@pytest.mark.parametrize(("code", "shown"), [("fr", "fr"), ("th", "en")])
def test_console_is_english_for_readers_of_a_language_that_does_not_translate_it(code, shown):
    client = Client()
    client.force_login(factories.organiser(language=code))
    assert language(client.get("/console/"))[0] == shown
    assert language(client.get("/account/"))[0] == code


@pytest.mark.parametrize("code", ["ar", "ru", "fr"])  # plural rules that reckon with the number
def test_unread_notices_are_counted_in_every_language(code):
    person = factories.user(language=code)
    notify(kind="company_approved", to=[person], event_key="x", context={"company": "Al Wadi"}, path="/desk/")
    client = Client()
    client.force_login(person)
    assert 'class="tool-count"' in client.get("/account/").text


def test_head_names_the_page_in_every_language():
    head = Client().get("/fr/products/?q=tea").text.partition("</head>")[0]
    found = dict(re.findall(r'hreflang="([^"]+)"\s+href="([^"]+)"', head))
    assert found["x-default"] == found["en"] == f"{settings.SITE_URL}/products/"
    assert found["zh-Hans"] == f"{settings.SITE_URL}/zh-hans/products/"
    assert len(found) == len(site_languages()) + 1
    assert re.search(r'rel="canonical"\s+href="([^"]+)"', head)[1] == found["fr"]
    assert re.search(r'property="og:locale"\s+content="([^"]+)"', head)[1] == "fr_FR"
    assert re.search(r'property="og:image"\s+content="([^"]+)"', head)[1].startswith(settings.SITE_URL)
    assert "hreflang" not in Client().get("/accounts/login/").text


def test_menu_shows_every_language_by_its_own_name():
    menu = re.search(r'<form class="drop-panel lang-switch".*?</form>', Client().get("/").text, re.S)[0]
    assert re.findall(r'lang="([^"]+)"', menu) == [row.tag for row in site_languages()]
    assert all(row.name in menu for row in site_languages())


def test_sitemap_lists_each_language_with_its_alternates():
    index = Client().get("/sitemap.xml").text
    files = re.findall(r"<loc>([^<]+)</loc>", index)
    assert f"{settings.SITE_URL}/sitemap/ar/pages-1.xml" in files
    text = Client().get("/sitemap/ar/pages-1.xml").text
    assert f"<loc>{settings.SITE_URL}/ar/products/</loc>" in text
    assert f'hreflang="x-default" href="{settings.SITE_URL}/products/"' in text
    assert f'hreflang="en" href="{settings.SITE_URL}/"' in text
    assert Client().get("/sitemap/xx/pages-1.xml").status_code == 404


def test_paths_between_languages():
    assert split_path("/fr/products/") == ("fr", "/products/")
    assert split_path("/en/products/") == ("", "/en/products/")
    assert split_path("/fr") == ("", "/fr")
    with override("ru"):
        assert path_in("/fr/products/?q=a%20b", "zh-hans") == "/zh-hans/products/?q=a%20b"
        assert path_in("/supplier/products/", "fr") == "/supplier/products/"


@pytest.mark.parametrize("path", ["/products//", "/%2525/", "/fr", "/zh/products/"])
def test_odd_addresses_are_no_fault(path):
    assert Client().get(path).status_code in (301, 302, 404)
    assert not is_public("//[evil")


def test_the_first_visit_to_the_home_page_follows_the_browser_and_is_remembered():
    visitor = Client(headers={"accept-language": "fr-FR,fr;q=0.9,en;q=0.5"})
    answer = visitor.get("/?from=letter")
    assert (answer.status_code, answer["Location"]) == (302, "/fr/?from=letter")
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
    assert visitor.cookies[COOKIE].value == "fr"
    page = visitor.get("/fr/").text
    assert "This page can also be read in English." in page
    assert visitor.post(reverse("set_language"), {"language": "en", "next": "/fr/"})["Location"] == "/"
    assert language(visitor.get("/")) == ("en", "ltr")
    assert "lang-offer" not in visitor.get("/").text


@pytest.mark.parametrize("header", ["", "en-GB,en;q=0.9", "la", "*"])
def test_the_home_page_stays_in_english_for_readers_of_english_and_search_engines(header):
    answer = Client(headers={"accept-language": header} if header else {}).get("/")
    assert language(answer) == ("en", "ltr")
    assert "Accept-Language" in answer["Vary"]


def test_every_other_address_stays_as_it_is_on_a_first_visit():
    visitor = Client(headers={"accept-language": "th"})
    for path in ("/products/", "/suppliers/", "/ar/", "/events/"):
        assert visitor.get(path).status_code == 200
