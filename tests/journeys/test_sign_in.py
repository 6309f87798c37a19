"""Signing in through an organisation's own provider, in a real browser."""

import pytest

from matchmaker.accounts.models import User
from tests.accounts import test_oidc

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.own_settings(SECURE_CSP="of the provider's address"),
    pytest.mark.slow,
]
provider = test_oidc.provider


@pytest.mark.parametrize("allowed", [True, False])
def test_a_browser_goes_to_the_provider_and_comes_back_signed_in(chromium, address, settings, provider, allowed):
    """Chromium stops a form that is sent on to an origin the policy does not name: the second case shows it."""
    origins = [provider.address] if allowed else []
    settings.SECURE_CSP = settings.SECURE_CSP | {"form-action": ["'self'", *origins]}
    context = chromium.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Ministry").click()
    page.locator("main form button[type=submit]").click()
    if allowed:
        page.wait_for_url("**/join/")
        assert User.objects.get(email="wang@ministry.example").name == "王敏"
    else:
        page.wait_for_timeout(1500)
        assert "/accounts/oidc/oidc/login/" in page.url
        assert provider.asked == []
    context.close()
