"""The links of a letter lead to pages in its reader's language."""

import pytest
from django.conf import settings

from matchmaker.notifications import mail
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("code", "address"), [("ar", "/ar/products/?q=tea"), ("en", "/products/?q=tea")])
def test_link_to_a_public_page_is_the_address_in_the_readers_language(code, address):
    person = factories.user(language=code)
    context = {"company": "Al Wadi", "sides": ["supplier"], "path": "/products/?q=tea"}
    letter = mail.build(person, "company_approved", "company", context, key="k")
    assert settings.SITE_URL + address in letter.body
    assert letter.body.count(settings.SITE_URL + "/products/") == (code == "en")


def test_link_to_a_private_page_has_one_address():
    person = factories.user(language="ar")
    context = {"company": "Al Wadi", "sides": ["supplier"], "path": "/desk/"}
    assert f"{settings.SITE_URL}/desk/" in mail.build(person, "company_approved", "company", context, key="k").body
