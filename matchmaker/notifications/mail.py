"""E-mail: one builder and one sender for everything that leaves as a letter."""

import re
import smtplib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import css_inline
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.filebased import EmailBackend as Files
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from matchmaker.core import languages, request_ids, site_prefix
from matchmaker.core.hooks import Hook
from matchmaker.notifications import attention, calendars, outages, topics, unsubscribing, wording
from matchmaker.notifications.by_language import for_readers
from matchmaker.notifications.message import Message
from matchmaker.notifications.models import Delivery, Notice, Promise, Suppression, Wording
from matchmaker.notifications.outbox import (
    BUDGET,
    NotWanted,
    Permanent,
    Temporary,
    drain,
    mail_due,
)
from matchmaker.notifications.templatetags.notices import localize_context
from matchmaker.notifications.typesetting import correct_spacing

ICS = "invite.ics"
SEAL = "#c2331a"  # of buttons, where the sender has no colour
# Styles go into the tags, for mail programs that drop `<style>`; those for dark or narrow windows stay in the head.
STYLED = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
HIDDEN = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]+")
ISOLATES = re.compile("[\u2068\u2069]")  # around names in texts from right to left, see the templates' filters


class Post:
    """A connection to the mail server, opened when first needed and used again for the next letter."""

    def __init__(self):
        self.connection = mailers.default
        self.works = False  # a letter left by it

    def close(self) -> None:
        try:
            self.connection.close()
        except (OSError, smtplib.SMTPException):
            self.connection.connection = None

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def send_delivery(self, delivery: Delivery) -> None:
        """Send one notice as a mail of its own.

        Raises:
            Temporary, Permanent, NotWanted, Later: see `outbox`.
        """
        delivery.notice = notice = Notice.objects.select_related("recipient__attention").get(pk=delivery.notice_id)
        person = notice.recipient
        writable(person)
        attention.respect_quiet_hours(person, notice.topic)
        context = notice.context | {"path": delivery.path}
        with request_ids.use(notice.request_id):
            self.send(build(person, notice.kind, notice.topic, context, key=str(delivery.pk)))

    def send(self, message: EmailMultiAlternatives) -> None:
        """Send one message; failures are sorted into temporary and permanent.

        A server that cannot be reached is recorded as an outage until a letter is sent again.
        """
        try:
            self._send(message)
        except Temporary as failure:
            if failure.down:
                outages.begin(str(failure))
            raise
        if not self.works:
            self.works = True
            outages.end()

    def _send(self, message: EmailMultiAlternatives) -> None:
        if isinstance(self.connection, Files):
            self.close()
            self.connection = mailers.default  # a file of its own for each mail, so that a person can read them
        self.open()
        try:
            self.connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _by_code(code, _describe_reply(code, reply)) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError) as error:
            # The server refuses us, not this letter: a wrong password must not park the whole queue.
            self.close()
            raise Temporary(_describe_reply(error.smtp_code, error.smtp_error), down=True) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise _by_code(error.smtp_code, _describe_reply(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Permanent(f"The mail server cannot take this address: {error}") from error
        except AnymailRecipientsRefused as error:
            raise Permanent(str(error)) from error
        except AnymailAPIError as error:
            raise _by_status(error) from error
        except (smtplib.SMTPException, OSError) as error:
            # Perhaps it left, perhaps not: the repeat carries the same Message-ID.
            self.close()
            raise Temporary(f"The connection broke: {type(error).__name__} {error}") from error
        except (AnymailError, ValueError) as error:
            raise Permanent(f"This mail cannot be written: {error}") from error

    def open(self) -> None:
        try:
            self.connection.open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Temporary(f"The mail server cannot be reached: {error}", down=True) from error


def try_server() -> None:
    """Open a connection to the mail server and close it; an outage begins or ends with what came of it."""
    with Post() as post:
        try:
            post.open()
        except Temporary as failure:
            outages.begin(str(failure))
        else:
            outages.end()


@dataclass(frozen=True)
class Addressee:
    """A person who may have no account yet."""

    email: str
    language: str
    is_active: bool = True

    def __str__(self) -> str:
        return self.email


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, as letters name it: what it is about (or else the site), who runs it and a postal address.

    `reply_to` is where answers go, `logo` the address of a picture, `url` that of the part of the site it is about,
    without a slash at its end.
    """

    name: str
    organisation: str = ""
    postal_address: str = ""
    footer: str = ""
    colour: str = SEAL
    reply_to: str = ""
    logo: str = ""
    url: str = ""


# Given the context of a letter: `name`, `footer`, `colour`, `reply_to`, `logo` and `url` of its sender in the language
# set, each where it is set. Of several values the one of the highest layer counts.
looks: Hook[Callable[[Mapping[str, Any]], dict[str, str]]] = Hook(
    "notifications.mail.looks", "name, colour, logo, footer, address for answers and links of the sender of a mail"
)


def sender_of_letters(context: Mapping[str, Any]) -> Sender:
    """Who writes a letter with this context, in the language set."""
    look = {key: value for find in looks for key, value in find(context).items() if value}
    look = {"name": site_name(), "reply_to": settings.REPLY_TO, "url": settings.SITE_URL, **look}
    return Sender(organisation=settings.SENDER_ORGANISATION, postal_address=settings.SENDER_ADDRESS, **look)


def link_of(context: Mapping[str, Any], path: str) -> str:
    """The absolute address of a page that a notice with this context leads to, in the language set."""
    return languages.absolute(path, sender_of_letters(context).url)


def from_header(name: str) -> str:
    """The From line: this name and the address of DEFAULT_FROM_EMAIL."""
    return str(Address(display_name=header(name), addr_spec=parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def deliver_waiting(budget: float = BUDGET) -> int:
    """Send the single mails that are due; returns how many left."""
    with Post() as post:
        return drain(mail_due, post.send_delivery, budget=budget)


# Each sends the letters of a layer that wait and returns how many left, for a run without Celery.
senders: Hook[Callable[[], int]] = Hook("notifications.mail.senders", "letters to an address that wait")


def send_due(kind: type[Promise], write: Callable[[Promise], EmailMultiAlternatives], budget: float = BUDGET) -> int:
    """Send the due letters of a layer above, each row a letter to one address; returns how many were sent.

    `write` builds the letter of a row whose attempt is recorded already, and raises `NotWanted` if it must not be
    sent any more. Any number may run at once.
    """
    with Post() as post:
        return drain(
            lambda: kind.objects.due(timezone.now()).order_by("not_before"),
            lambda row: post.send(write(row)),
            budget=budget,
        )


def build(
    person, kind: str, topic: str, context: dict, *, key: str, words: Wording | None = None
) -> EmailMultiAlternatives:
    """A letter in the person's language with text and HTML, a stable Message-ID and, where allowed, one-click stop.

    Custom wording of the kind takes the place of the templates'; `words` tries one that is not saved.
    """
    context = for_readers(context, [person.language])
    with translation.override(person.language), site_prefix.script_prefix(""):
        stop = unsubscribing.address(person, topic) if topic != topics.ACCOUNT else ""
        sender = sender_of_letters(context)
        facts = localize_context(context)
        letter = _render_letter(kind, context, facts, words, _frame(person, topic, context, stop, sender))
        calendar = calendars.calendar_text(context)
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    message = Message(
        subject=letter.subject,
        body=letter.text,
        from_email=from_header(sender.name),
        to=[person.email],
        reply_to=[sender.reply_to] if sender.reply_to else None,
        headers={
            "Message-ID": f"<{key}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": person.language,
            "List-Id": f"<{'digest' if topic == unsubscribing.DIGESTS else topic}.{settings.LIST_ID or host}>",
        },
    )
    if request_ids.current():
        message.extra_headers[request_ids.HEADER] = request_ids.current()
    message.attach_alternative(letter.html, "text/html")
    if stop:
        message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if calendar:
        method = re.search(r"^METHOD:([A-Z]+)\r?$", calendar, re.MULTILINE)
        message.attach(_calendar_part(calendar, method[1] if method else "PUBLISH"))
    message.metadata = {"delivery": key}  # a mail service hands it back with a bounce
    return message


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter's words in one language."""

    subject: str
    text: str
    html: str


def _frame(person, topic: str, context: dict, stop: str, sender: Sender) -> dict[str, Any]:
    """What every letter shows around its own words."""
    return {
        "recipient": str(person),
        "site_name": site_name(),
        "site_url": sender.url,
        "sender": sender,
        "url": languages.absolute(context.get("path", ""), sender.url),
        "settings_url": sender.url + reverse("notice_settings"),
        "unsubscribe_url": stop,
        "topic_name": "" if topic == unsubscribing.DIGESTS else topics.label(topic)[0],
    }


def _render_letter(
    kind: str, context: dict, facts: dict, words: Wording | None, frame: dict[str, Any]
) -> RenderedLetter:
    """The letter in the language set: in custom words where there are any, else in the templates'."""
    language, template = translation.get_language() or "en", f"notifications/{kind}"
    data = facts | frame
    words = words or wording.wording_for(kind, language, context)
    if words:
        known = wording.values(kind, context | {"recipient": frame["recipient"], "site_name": site_name()}, language)
        data["headline"] = header(correct_spacing(wording.fill(words.subject, known), facts))
        data |= {"own_words": wording.fill(words.body, known), "own_frame": template}
        template = "notifications/_own"
    else:
        data["headline"] = header(plain(f"{template}.subject.txt", data, facts))
    text = re.sub(r"\n{3,}", "\n\n", plain(f"{template}.txt", data, facts)).strip() + "\n"
    data["preheader"] = preheader(text)
    html = STYLED.inline(correct_spacing(render_to_string(f"{template}.html", data), facts))
    return RenderedLetter(data["headline"], text, html)


def _calendar_part(text: str, method: str) -> MIMEPart:
    """An iCalendar attachment that says its method, without which calendars show it as a file (RFC 6047)."""
    part = MIMEPart()
    part.set_content(text, subtype="calendar", params={"method": method}, disposition="attachment", filename=ICS)
    return part


def subject(notice: Notice) -> str:
    """The subject alone, in the language set, for summaries and short messages."""
    context = (facts := localize_context(notice.context)) | {"site_name": site_name()}
    language = translation.get_language() or "en"
    words = wording.wording_for(notice.kind, language, context)
    if words:
        return header(
            correct_spacing(wording.fill(words.subject, wording.values(notice.kind, context, language)), facts)
        )
    return header(plain(f"notifications/{notice.kind}.subject.txt", context, facts))


def preheader(text: str) -> str:
    """What a list of mails shows behind the subject: the first words of the letter."""
    words = " ".join(text.partition("\n--\n")[0].split())
    return words if len(words) <= 140 else words[:139] + "…"


def plain(template: str, data: dict, facts: dict) -> str:
    """A text template, without HTML escapes; of the data, `facts` are what people wrote."""
    return correct_spacing(wording.plain_text(template, data), facts)


def header(text: str) -> str:
    """One header line out of anything people typed: no breaks, no hidden characters, at most 200 characters."""
    line = " ".join(HIDDEN.sub(" ", ISOLATES.sub("", unicodedata.normalize("NFC", text))).split())
    return line if len(line) <= 200 else line[:199] + "…"


def site_name() -> str:
    """The name in DEFAULT_FROM_EMAIL is the name of the site."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or urlsplit(settings.SITE_URL).hostname or ""


def writable(person) -> None:
    """
    Raises:
        NotWanted: the account is closed, or the address bounced or complained.
    """
    if not person.is_active:
        raise NotWanted("The account is closed.")
    stopped = Suppression.objects.filter(address=person.email.lower()).first()
    if stopped:
        raise NotWanted(f"The address is not written to: {stopped.reason}")


def _by_code(code: int, text: str) -> Temporary | Permanent:
    return Permanent(text) if code >= 500 else Temporary(text)


def _by_status(error: AnymailAPIError) -> Temporary | Permanent:
    status = getattr(error, "status_code", None) or 0
    if status in (401, 403) or status == 429 or status >= 500 or status == 0:
        return Temporary(f"The mail service answered {status or error}", down=True)
    return Permanent(f"The mail service answered {status}")


def _describe_reply(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {words}"
