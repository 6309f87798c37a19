"""Whom to tell, and what a notice may show of an enquiry."""

from collections.abc import Callable

from django.db.models import Model

from matchmaker.companies.models import Company
from matchmaker.companies.notices import notify_company
from matchmaker.messaging.models import Enquiry, Message, Side
from matchmaker.messaging.phrases import Note
from matchmaker.notifications.by_language import in_languages, languages_of

SHOWN = 280  # characters of a text in a notice


def name_of_side(enquiry: Enquiry, side: str) -> dict[str, str] | str:
    """The name of a side, by the languages of the other one; '' for a buyer that has not shown itself."""
    if side == Side.BUYER and not enquiry.buyer_named:
        return ""
    company = enquiry.company_of(side)
    return _for_other_side(enquiry, side, lambda: company.display_name)


def _for_other_side(enquiry: Enquiry, side: str, make: Callable[[], str]) -> dict[str, str]:
    """What is said of a side, in the languages of the other side's people."""
    return in_languages(make, languages_of(enquiry.company_of(Side(side).other).members))


def people(enquiry: Enquiry, side: str):
    """The colleague who looks after it; without one, or when she left, everybody of the company."""
    company: Company = enquiry.company_of(side)
    person = enquiry.person_of(side)
    members = company.members.filter(is_active=True)
    hers = members.filter(pk=person.pk) if person else members.none()
    return hers if hers.exists() else members


def notify_side(kind: str, enquiry: Enquiry, side: str, about: Model | str, **context) -> int:
    """Tell one side of an enquiry; `about` is the row (or key) that makes the happening one of its own."""
    other = Side(side).other
    company = enquiry.company_of(other)
    key = about if isinstance(about, str) else str(about.uid)  # type: ignore[attr-defined]
    return notify_company(
        enquiry.company_of(side),
        kind=kind,
        people=people(enquiry, side),
        ids={"enquiry": enquiry.uid},
        event_key=f"{kind}:{key}:{side}",
        context={
            "side": side,
            "other": name_of_side(enquiry, other),
            "country": _for_other_side(enquiry, other, lambda: company.country_name),
            "subject": _for_other_side(enquiry, other, lambda: excerpt(str(enquiry.subject_for_reader))),
            **context,
        },
        path=f"/enquiries/{enquiry.uid}/",
    )


def excerpt_for(message: Message, side: str) -> dict[str, str] | str:
    """The beginning of a message for the people of a side: its phrases by the languages that they read."""
    return excerpt_of_note(Note(message.phrases, message.text), message.enquiry, side)


def excerpt_of_note(note: Note, enquiry: Enquiry, side: str) -> dict[str, str] | str:
    """The beginning of a note for the people of a side: its phrases by the languages that they read."""
    if not note.phrases:
        return excerpt(note.text)
    return in_languages(lambda: excerpt(note.for_reader), languages_of(enquiry.company_of(side).members))


def excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
