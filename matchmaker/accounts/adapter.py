"""How allauth speaks to people of this site."""

import ipaddress

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.accounts import letters
from matchmaker.accounts.services import tell_of_guesses
from matchmaker.accounts.tasks import start_letters_on_commit
from matchmaker.core.text import validate_person_name
from matchmaker.notifications import mail


class AccountAdapter(DefaultAccountAdapter):
    """Addresses in mails come from SITE_URL, never from the Host header of the request (B34)."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed. Write to the campaign's team."),
        "cannot_remove_primary_email": gettext_lazy("Make another address primary before you remove this one."),
        "duplicate_email": gettext_lazy("Your account has this address already."),
        "email_password_mismatch": gettext_lazy("This address and this password do not match."),
        "enter_current_password": gettext_lazy("This is not the password you have now."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "invalid_or_expired_key": gettext_lazy("This link no longer works. Ask for a new one."),
        "invalid_password_reset": gettext_lazy("This link no longer works. Ask for a new one."),
        "max_email_addresses": gettext_lazy("An account has %d addresses at most."),
        "rate_limited": gettext_lazy("Too many attempts. Wait a few minutes, then try again."),
        "too_many_login_attempts": gettext_lazy("That was wrong too often. Wait a few minutes, then try again."),
        "unverified_primary_email": gettext_lazy("Confirm the address before you make it primary."),
    }

    def get_email_confirmation_url(self, request, emailconfirmation):
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key):
        return settings.SITE_URL + reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)

    def send_mail(self, template_prefix, email, context):
        if letters.write(template_prefix, email, context):
            start_letters_on_commit()
        else:
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


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in by the provider of a person's own organisation."""

    def populate_user(self, request, sociallogin, data):
        """A person here has one name, in the order and script in which she writes it; allauth would cut it in two."""
        user = super().populate_user(request, sociallogin, data)
        user.name = " ".join(str(data.get("name") or "").split())[:120]
        try:
            validate_person_name(user.name)
        except ValidationError:
            user.name = ""  # she is shown by her address until she writes a name
        user.language = translation.get_language() or settings.LANGUAGE_CODE
        return user


class SecondStepAdapter(DefaultMFAAdapter):
    """The second step in our own words; apps and keys show it under the name of the site."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": gettext_lazy(
            "An account with a second step takes no further address. Remove the second step, add the address, then set "
            "it up again."
        ),
        "cannot_delete_authenticator": gettext_lazy("The second step of this account cannot be removed."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up the app or a key first; the codes come with it."),
        "incorrect_code": gettext_lazy("These digits do not fit, or they were used already. Each set works once."),
        "unverified_email": gettext_lazy("Confirm your email address before you set up a second step."),
    }

    def generate_authenticator_name(self, user, type):
        """What a new key is called unless its person says something better."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Key %(number)s") % {"number": number}

    def get_totp_issuer(self):
        return mail.site_name()

    def _get_site_name(self):
        return mail.site_name()
