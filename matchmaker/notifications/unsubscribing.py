"""One click in a mail ends a topic: a signed token that names one person and one topic, and needs no sign-in.

GET shows a page and changes nothing, because link scanners follow every link; POST acts (RFC 8058). The token does not
expire: an old mail must be as easy to stop as a new one.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.urls import reverse

from matchmaker.notifications import preferences, topics
from matchmaker.notifications.models import Frequency

DIGESTS = "*"  # the summary as a whole
SALT = "matchmaker.notifications.unsubscribe"


def address(person, topic: str) -> str:
    """The absolute address that stops this topic for this person."""
    token = signing.dumps([str(person.uid), topic], salt=SALT)
    return settings.SITE_URL + reverse("unsubscribe", args=[token])


def read(token: str):
    """The person and topic of a token, or None when it is not ours."""
    try:
        uid, topic = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    person = get_user_model().objects.filter(uid=uid).first()
    known = topic == DIGESTS or topic in topics.switchable()
    return (person, topic) if person and known else None


@transaction.atomic
def stop(*, by, topic: str) -> None:
    """End the mails about a topic, or those that come in the summary; a second time changes nothing."""
    chosen = preferences.preferences_of(by)
    for name in topics.switchable():
        gathered = chosen[name, topics.MAIL] in (Frequency.DAILY, Frequency.WEEKLY)
        if name == topic or (topic == DIGESTS and gathered):
            preferences.choose(by=by, topic=name, channel=topics.MAIL, frequency=Frequency.NEVER)
