"""How allauth speaks to people of this site."""

import ipaddress

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from matchmaker.accounts import letters
from matchmaker.accounts.services import tell_of_guesses


class AccountAdapter(DefaultAccountAdapter):
    """Addresses in mails come from SITE_URL, never from the Host header of whoever asked (B34)."""

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key):
        return settings.SITE_URL + reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)

    def send_mail(self, template_prefix, email, context):
        if not letters.send(template_prefix, email, context):
            super().send_mail(template_prefix, email, context)

    def save_user(self, request, user, form, commit=True):
        user.language = translation.get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def populate_username(self, request, user):
        """There is none."""

    def pre_authenticate(self, request, **credentials):
        """Stop guessing, and tell whose password was guessed (B32)."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tell_of_guesses(email=credentials.get("email", ""), address=self.get_client_ip(request))
            raise

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Guesses are counted by account, apart from those at a place where its owner is signed in already.

        Otherwise five wrong passwords every five minutes, from anywhere, would lock her out for good (B32).
        """
        key = super()._get_login_attempts_cache_key(request, **credentials)
        place = self.get_client_ip(request)
        known = UserSession.objects.filter(user__email__iexact=credentials.get("email", ""), ip=place).exists()
        return f"{key}:{place}" if known else key

    def network_of(self, request) -> str:
        """What a limit counts as one neighbourhood: 256 addresses, or the 2^80 behind one connection."""
        address = ipaddress.ip_address(self.get_client_ip(request))
        return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
