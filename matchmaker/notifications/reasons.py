"""Why something was not sent, in the reader's language.

The rows store these sentences in English: workers write them, and do not know who will read them.
"""

import re
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# `%(what)s` stands for what a server said or for a number; it may be one of these sentences again.
KNOWN = (
    # programs
    _("no answer in time"),
    _("the certificate does not hold"),
    _("the address is not on the public Internet"),
    _("no connection (%(what)s)"),
    _("it answered %(what)s"),
    _("The endpoint is disabled."),
    _("The address answered 410: it is gone for good."),
    _("It failed for five days; the last time: %(what)s"),
    # mails and short messages
    _("The account is closed."),
    _("The address is not written to: %(what)s"),
    _("mail to this address came back"),
    _("mail to this address came back: %(what)s"),
    _("a mail was reported as unwanted"),
    _("the mail service refuses this address"),
    _("The mail server cannot be reached: %(what)s"),
    _("The mail server cannot take this address: %(what)s"),
    _("The mail service answered %(what)s"),
    _("The connection broke: %(what)s"),
    _("This mail cannot be written: %(what)s"),
    _("There is no number to write to."),
    # chat programs and browsers
    _("There is no address for this channel any more."),
    _("This site does not send by this channel any more."),
    _("it answered something that is no answer of this program"),
    _("the browser's keys do not work"),
    _("Whether it left is unknown, and a second message would be seen. Look at the provider's log."),
    # whatever leaves
    _("Given up after three days: %(what)s"),
    _("It failed again and again in an unknown way: %(what)s"),
    _("Its worker died %(what)s times while sending it."),
    _("Not sent: %(what)s"),
    _("Everything was read on the site before."),
    _("The house sends no mails of this kind."),
    _("No longer wanted."),
    _("Recalled."),
    _("Its link has expired."),
    _("A backup was put back: what had been sent since is marked as sent. Look, then let everything leave."),
    _("Sent before the backup was put back."),
)


def translate_reason(stored: str) -> str:
    """A stored reason in the language set; what is not ours, such as a mail server's words, stays as it is."""
    for sentence, pattern in _patterns():
        if hit := pattern.fullmatch(stored):
            return gettext(sentence) % {"what": translate_reason(hit[1])} if hit.groups() else gettext(sentence)
    return stored


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    whole = [re.escape(sentence).replace(re.escape("%(what)s"), "(.*)") for sentence in KNOWN]
    return [(sentence, re.compile(pattern, re.DOTALL)) for sentence, pattern in zip(KNOWN, whole, strict=True)]
