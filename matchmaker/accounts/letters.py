"""Mails about accounts, in our own words and layout instead of allauth's.

The request stores a letter as a row and a worker sends it, so that signing up and resetting a password do not wait for
a mail server, or fail with it. Addresses are made of SITE_URL and a path, never of the Host header (B34).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from matchmaker.accounts.models import AccountLetter, User
from matchmaker.notifications import mail, outbox, topics
from matchmaker.notifications.models import Promise

KEPT = dt.timedelta(days=30)  # to answer questions about letters that did not arrive


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject, sentences, and what the button says and opens; `link` names the address in allauth's context."""

    subject: str | Lazy
    sentences: tuple[str | Lazy, ...]
    action: str | Lazy
    link: str = ""
    route: str = ""


CONFIRM = Letter(
    _("Confirm your email address"),
    (
        _("This address was given for an account at %(site)s. If that was you, confirm that it is yours."),
        _("The link works for three days. If it was not you, do nothing: without your word the address opens nothing."),
    ),
    _("Confirm the address"),
    link="activate_url",
)
LETTERS = {
    "account/email/email_confirmation": CONFIRM,
    "account/email/email_confirmation_signup": CONFIRM,
    "account/email/account_already_exists": Letter(
        _("You have an account already"),
        (
            _("Somebody, probably you, tried to make an account at %(site)s with this address. There is one already."),
            _("Sign in with it, or choose a new password if you have forgotten yours."),
        ),
        _("Choose a new password"),
        route="account_reset_password",
    ),
    "account/email/password_reset_key": Letter(
        _("Choose a new password"),
        (
            _("Somebody, probably you, asked for a new password for your account at %(site)s. The link works once."),
            _("If it was not you, do nothing: your password stays as it is."),
        ),
        _("Choose a new password"),
        link="password_reset_url",
    ),
    "account/email/unknown_account": Letter(
        _("There is no account with this address"),
        (
            _("Somebody, probably you, asked for a new password for this address at %(site)s."),
            _("No account here has it; perhaps yours has another one."),
        ),
        _("Make an account"),
        route="account_signup",
    ),
}
CHANGES = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/password_reset": _("Your password was changed by the link in the email you asked for."),
    "account/email/email_changed": _("Emails are sent to %(to_email)s from now on, no longer to %(from_email)s."),
    "account/email/email_deleted": _("The address %(deleted_email)s was removed from your account."),
    "mfa/email/totp_activated": _("An authenticator app was added: signing in asks for its code from now on."),
    "mfa/email/totp_deactivated": _("The authenticator app was removed: signing in asks for no code of it any more."),
    "mfa/email/webauthn_added": _("A passkey or security key was added."),
    "mfa/email/webauthn_removed": _("A passkey or security key was removed."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made; the old ones no longer work."),
    "socialaccount/email/account_connected": _("Another way of signing in was connected: %(provider)s."),
    "socialaccount/email/account_disconnected": _("A way of signing in was taken off: %(provider)s."),
}


def _changed(what: str | Lazy) -> Letter:
    done = _("It was done from the address %(ip)s. If that was not you, choose a new password and end other sessions.")
    return Letter(_("Your account was changed"), (what, done), _("Secure your account"), route="account")


def write(prefix: str, email: str, context: dict[str, Any]) -> bool:
    """Promise what allauth wants said under this prefix; False when it is nothing we have words for."""
    letter = LETTERS.get(prefix) or (_changed(CHANGES[prefix]) if prefix in CHANGES else None)
    if letter is None:
        return False
    hers = EmailAddress.objects.filter(email__iexact=email).select_related("user").order_by("-verified").first()
    person = hers.user if hers else context.get("user")
    person = person if isinstance(person, User) else None
    language = person.language if person else translation.get_language() or settings.LANGUAGE_CODE
    facts = context | {"site": mail.site_name()}
    with translation.override(language):
        contents = {
            "subject_line": str(letter.subject),
            "sentences": [sentence % facts for sentence in letter.sentences],
            "action": str(letter.action),
            "path": context[letter.link].removeprefix(settings.SITE_URL) if letter.link else reverse(letter.route),
        }
    now = timezone.now()
    AccountLetter.objects.create(
        user=person,
        email=email,
        language=language,
        kind=prefix.rpartition("/")[2],
        contents=contents,
        expires_at=now + _life(letter) if letter.link else None,
        not_before=now,
    )
    return True


def send_waiting(budget: float = outbox.BUDGET) -> int:
    """Send the letters that are due; returns how many left. Any number may run at once."""
    return mail.send_due(AccountLetter, _letter, budget)


def forget_old() -> None:
    """Delete old letters, and the contents of those that were not sent before their link expired."""
    now = timezone.now()
    AccountLetter.objects.filter(finished_at__lt=now - KEPT).delete()
    AccountLetter.objects.filter(expires_at__lt=now).exclude(contents={}).update(contents={})


def _life(letter: Letter) -> dt.timedelta:
    """How long the link of a letter works, counted from when it was made."""
    if letter is CONFIRM:
        return dt.timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
    return dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def _letter(promise: Promise) -> EmailMultiAlternatives:
    """Also to an address that bounced once: without this letter its owner could not sign in to say that it works."""
    row = AccountLetter.objects.filter(pk=promise.pk).first()
    if row is None:
        raise outbox.NotWanted("The account is closed.")
    if row.expires_at and row.expires_at <= timezone.now():
        raise outbox.NotWanted("Its link has expired.")
    addressee = mail.Addressee(row.email, row.language)
    return mail.build(addressee, "account_letter", topics.ACCOUNT, row.contents, key=str(row.pk))
