"""What people do with their account: who they are here, and the keys of their programs."""

import datetime as dt
import hashlib
import secrets
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import ApiToken, User
from matchmaker.core.hooks import Hook
from matchmaker.core.problems import NotFound
from matchmaker.notifications import ways_in
from matchmaker.notifications.services import notify

SCOPES = (
    "read",
    "companies:write",
    "products:write",
    "demands:write",
    "matches:write",
    "enquiries:write",
    "meetings:write",
    "events:write",
    "announcements:write",
    "notices:write",
    "papers:write",
)
# Each is called with the person and raises Refused where she may have no key yet.
checks_before_key: Hook[Callable[[User], None]] = Hook(
    "accounts.services.checks_before_key", "who may have no API key yet"
)
LONGEST_DAYS = 365
PREFIX = "mm_"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def update_person(*, by: User, name: str, language: str, time_zone: str) -> User:
    """Change how one is addressed, in which language, and on which clock.

    Raises:
        ValidationError: by field.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": _("Choose one of the languages of the site.")})
    if time_zone not in zoneinfo.available_timezones():
        raise ValidationError({"time_zone": _("Choose a time zone from the list.")})
    by.name, by.language, by.time_zone = name.strip(), language, time_zone
    by.clean_fields(exclude=["password", "email"])
    by.save(update_fields=["name", "language", "time_zone"])
    return by


def choose_language(*, by: User, language: str) -> User:
    """Change the language of one's pages and letters.

    Raises:
        ValidationError: the site has no such language.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": _("Choose one of the languages of the site.")})
    by.language = language
    by.save(update_fields=["language"])
    return by


@transaction.atomic
def create_token(*, by: User, name: str, scopes: Iterable[str], days: int = 90) -> tuple[ApiToken, str]:
    """A new key; its text is returned here and never again.

    Raises:
        ValidationError: for an unknown scope or a life of more than a year.
        Refused: `mfa_missing`, while the person has to set up a second step.
    """
    for check in checks_before_key:
        check(by)
    scopes = sorted(set(scopes))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise ValidationError({"scopes": _("Choose at least one of: %(scopes)s.") % {"scopes": ", ".join(SCOPES)}})
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": _("A key lives between one day and a year.")})
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=by,
        name=name,
        prefix=key[:10],
        digest=_digest(key),
        scopes=scopes,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    token.full_clean()
    ways_in.tell(to=[by], way="key", key=str(token.uid), path="/account/keys/", name=name)
    token.save()
    record(by=by, verb="create_token", on=token, organisation=by, facts={"scopes": scopes, "days": days})
    return token, key


@transaction.atomic
def revoke_token(*, by: User, token: ApiToken) -> None:
    """Make the key useless at once: every request reads this row."""
    if token.user_id != by.pk:
        raise NotFound()
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    record(by=by, verb="revoke_token", on=token, organisation=by)


def token_of(key: str) -> ApiToken | None:
    """The living token with this key, or None."""
    token = ApiToken.objects.select_related("user").filter(digest=_digest(key), revoked_at__isnull=True).first()
    if token is None or token.expires_at <= timezone.now() or not token.user.is_active:
        return None
    # Once a minute is enough to know when it was last used; a write per request is not.
    if token.last_used_at is None or timezone.now() - token.last_used_at > dt.timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return token


def tell_of_guesses(*, email: str, address: str) -> None:
    """Wrong passwords were tried until none was taken any more: the owner of the account hears of it, once a day."""
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person is not None:
        day = timezone.localdate()
        key = f"sign_in_guessed:{person.uid}:{day}"
        letter: dict[str, Any] = {"kind": "sign_in_guessed", "event_key": key, "context": {"address": address}}
        notify(to=[person], about=None, path="/accounts/2fa/", **letter)
