"""A link with which one person signs in without mail; a command on the server prints it.

It opens the page where she chooses a password; after that she signs in as always, with a second step where one is
asked. The link works for half an hour and until a password was chosen with it.
"""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User

LIFE = 30 * 60  # seconds
SALT = "matchmaker.accounts.sign_in_links"


@transaction.atomic
def make(*, email: str, language: str = "en") -> str:
    """The absolute address of a new link for this address; an account is made where there is none. It is recorded.

    Raises:
        User.DoesNotExist: its account is closed.
    """
    address = email.strip().lower()
    known = User.objects.filter(email=address).first()
    if known is None:
        known = User.objects.create_user(email=address, language=language)
        EmailAddress.objects.create(user=known, email=address, verified=True, primary=True)
    elif not known.is_active:
        raise User.DoesNotExist
    record(by=None, verb="make_sign_in_link", on=known)
    token = signing.dumps([str(known.uid), _state(known)], salt=SALT)
    return settings.SITE_URL + reverse("sign_in_link", args=[token])


def password_page(token: str) -> str:
    """The path of the page on which the link's person chooses a password; "" for a link that no longer works."""
    try:
        uid, state = signing.loads(token, salt=SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        return ""
    person = User.objects.filter(uid=uid, is_active=True).first()
    if person is None or _state(person) != state:
        return ""
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})


def _state(person: User) -> str:
    """Changes with the password, so that a link works once."""
    return signing.Signer(salt=SALT).signature(f"{person.pk}:{person.password}")
