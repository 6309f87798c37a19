"""The page of a fault of ours."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from matchmaker.core.languages import site_languages
from matchmaker.web.public import products

pytestmark = pytest.mark.django_db


def broke(*_arguments, **_named):
    raise RuntimeError("secret")


@pytest.mark.parametrize("language", site_languages(), ids=lambda one: one.code)
def test_a_fault_is_told_in_the_language_of_the_page(monkeypatch, language):
    monkeypatch.setattr(products.directory, "listing", broke)
    with translation.override(language.code):
        address, title = reverse("products"), translation.gettext("Something went wrong")
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == 500
    page = answer.content.decode()
    assert f'<html lang="{language.tag}" dir="{language.direction}"' in page
    assert f"<h1>{escape(title)}</h1>" in page
    assert "secret" not in page


def test_a_fault_before_the_language_is_known_is_told_in_the_readers_own(monkeypatch):
    monkeypatch.setattr("matchmaker.web.page_language.choice_of", broke)
    address = reverse("products")
    with translation.override("th"):  # left by an earlier page of this thread
        answer = Client(raise_request_exception=False).get(address, headers={"Accept-Language": "fr"})
        assert translation.get_language() == "th"
    assert answer.status_code == 500
    assert '<html lang="fr"' in answer.content.decode()
