"""Who may write to whom, how often, and which first messages are held for the team to look at."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company
from matchmaker.companies.services import require_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.matching.models import Match
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging import screening
from matchmaker.messaging.models import (
    Block,
    ContactLimit,
    ContactPreference,
    ContactUse,
    Enquiry,
    Message,
    QuoteRequest,
    Report,
    Side,
)

BURST, BURST_MINUTES = 8, 10  # first messages of one company in so many minutes
COMPARED_DAYS = 7  # texts of these days are compared
REPORTERS, REPORTED_DAYS = 2, 30  # so many companies reported messages of one within so many days: it is slowed down


def match_between(supplier: Company, buyer: Company) -> Match | None:
    """The best standing match of the two that neither side refused; a private demand's only after the buyer's yes."""
    found = Match.objects.for_supplier(supplier).filter(line__demand__company=buyer)
    return found.exclude(supplier_answer=Match.Answer.DECLINED).order_by("-score", "pk").first()


def check_parties(*, sender: Company, receiver: Company) -> None:
    """Refuse a first message that may not be written at all (B58).

    Raises:
        Refused: 403 with `own_company`, `not_approved`, `blocked_by_you`, `contact_closed`.
    """
    if sender.pk == receiver.pk:
        raise Refused("own_company", _("This is your own company."), status=403)
    if not sender.is_approved:
        raise Refused(
            "not_approved", _("Your company can write to others once the organiser has approved it."), status=403
        )
    if not receiver.is_approved:
        raise Refused("contact_closed", _("This company takes no enquiries at the moment."), status=403)
    if Block.objects.filter(company=sender, other=receiver).exists():
        raise Refused("blocked_by_you", _("You blocked this company. Take the block back to write to it."), status=403)
    if Block.objects.filter(company=receiver, other=sender).exists():
        raise Refused("contact_closed", _("This company takes no enquiries from you."), status=403)


def check_preference(*, receiver: Company, match: Match | None) -> None:
    """Refuse what the receiver said it does not want.

    Raises:
        Refused: 403 `contact_closed`, `match_needed`.
    """
    wish = ContactPreference.objects.filter(company=receiver).values_list("takes", flat=True).first()
    if wish == ContactPreference.Takes.NOBODY:
        raise Refused("contact_closed", _("This company takes no enquiries; it writes first."), status=403)
    if wish == ContactPreference.Takes.MATCHED and match is None:
        raise Refused(
            "match_needed", _("This company takes enquiries only from companies it matches with."), status=403
        )


def why_not_ask(*, sender: Company, receiver: Company, match: Match | None, continues: bool = False) -> Refused | None:
    """Why a first message cannot be written right now, before a word of it is typed; None where it can.

    What `continues` an enquiry is no first message: limits do not count it.
    """
    try:
        check_parties(sender=sender, receiver=receiver)
        if continues:
            return None
        check_preference(receiver=receiver, match=match)
        check_pace(sender=sender, is_request=match is None)
    except Refused as refusal:
        return refusal
    return None


def limit_of(company: Company) -> ContactLimit:
    """The limit of the company's level; one first message a day and one waiting request where it is slowed down."""
    limit = ContactLimit.objects.get(pk=company.verification)
    if is_slowed(company):
        limit.per_day, limit.open_requests = min(limit.per_day, 1), min(limit.open_requests, 1)
    return limit


def is_slowed(company: Company) -> bool:
    """Whether several companies reported messages of this one within a month; dismissed reports do not count."""
    since = timezone.now() - dt.timedelta(days=REPORTED_DAYS)
    reports = Report.objects.exclude(decision=Report.Decision.DISMISSED).filter(created_at__gte=since)
    by_buyers = reports.filter(side=Side.BUYER, message__enquiry__supplier=company)
    by_suppliers = reports.filter(side=Side.SUPPLIER, message__enquiry__buyer=company)
    reporters = {
        *by_buyers.values_list("message__enquiry__buyer", flat=True),
        *by_suppliers.values_list("message__enquiry__supplier", flat=True),
    }
    return len(reporters) >= REPORTERS


def left_today(company: Company) -> int:
    """How many more first messages the company may write today."""
    used = ContactUse.objects.filter(company=company, day=timezone.localdate()).count()
    return max(0, limit_of(company).per_day - used)


def open_requests(company: Company):
    """Requests without a match that wait for their first answer."""
    by_company = Q(supplier=company, asked_by=Side.SUPPLIER) | Q(buyer=company, asked_by=Side.BUYER)
    return Enquiry.objects.filter(by_company, status=Enquiry.Status.REQUESTED)


def check_pace(*, sender: Company, is_request: bool) -> None:
    """Refuse what is more than the company's level allows; call it with the company's row locked.

    Raises:
        Refused: 403 `request_limit`, `contact_limit`; 429 `too_fast`.
    """
    limit = limit_of(sender)
    if is_request and open_requests(sender).count() >= limit.open_requests:
        raise Refused(
            "request_limit",
            _slowed_sentence(sender)
            or ngettext(
                "%(n)d of your requests waits for an answer; at your level no more may wait. "
                "Companies you match with can be written to at once.",
                "%(n)d of your requests wait for an answer; at your level no more may wait. "
                "Companies you match with can be written to at once.",
                limit.open_requests,
            )
            % {"n": limit.open_requests},
            status=403,
        )
    since = timezone.now() - dt.timedelta(minutes=BURST_MINUTES)
    first_messages = Q(enquiry__use__company=sender, enquiry__created_at__gte=since)
    if Message.objects.filter(first_messages).values("enquiry").distinct().count() >= BURST:
        raise Refused(
            "too_fast", _("You wrote to many companies within ten minutes. Continue a little later."), status=429
        )
    if left_today(sender) == 0:
        raise Refused(
            "contact_limit",
            _slowed_sentence(sender)
            or ngettext(
                "At your level a company may write to %(n)d new company a day. Go on tomorrow, "
                "or have your company checked further.",
                "At your level a company may write to %(n)d new companies a day. Go on tomorrow, "
                "or have your company checked further.",
                limit.per_day,
            )
            % {"n": limit.per_day},
            status=403,
        )


def _slowed_sentence(sender: Company) -> str:
    if not is_slowed(sender):
        return ""
    return _(
        "Several companies reported messages of your company within a month. "
        "For now it may write to one new company a day and have one request waiting."
    )


def use_contact(*, sender: Company, enquiry: Enquiry) -> ContactUse:
    """Take one of the day's first messages; the database refuses the one too many.

    Raises:
        Refused: 403 `contact_limit`.
    """
    today, allowed = timezone.localdate(), limit_of(sender).per_day
    number = ContactUse.objects.filter(company=sender, day=today).count() + 1
    try:
        with transaction.atomic():
            return ContactUse.objects.create(company=sender, day=today, number=number, allowed=allowed, enquiry=enquiry)
    except IntegrityError:
        sentence = _("You have reached the limit of today. Continue tomorrow.")
        raise Refused("contact_limit", sentence, status=403) from None


def hold_for(
    *, sender: Company, receiver: Company, message: Message, request: QuoteRequest | None = None
) -> tuple[str, dict]:
    """Why a first message has to be looked at before it is delivered; ("", {}) when it need not.

    Texts that this company sent to others within a week are compared, so that re-wording a little does not help (B59).
    A request for a quote is one text to several suppliers: it is compared with earlier ones, not with itself.
    Sentences of the phrase book are the same for everybody: of a message with phrases only the words of its author are
    compared, and a few words, such as a name, are none.

    Args:
        message: not stored yet; its text, phrases and language stand.
    """
    if screening.is_little_more_than_a_link(message.as_written):
        return Message.Hold.LINK_ONLY, {}
    text = _compared_words(message.phrases, message.text)
    if not text:
        return "", {}
    since = timezone.now() - dt.timedelta(days=COMPARED_DAYS)
    used = ContactUse.objects.filter(company=sender, enquiry__created_at__gte=since)
    if request is not None:
        used = used.exclude(enquiry__in=request.lines.values("enquiry"))
    written = Message.objects.filter(enquiry__use__in=used, side=F("enquiry__asked_by")).values_list(
        "enquiry__supplier", "enquiry__buyer", "phrases", "text"
    )
    earlier = [
        screening.SentText(buyer if supplier == sender.pk else supplier, _compared_words(phrases, words))
        for supplier, buyer, phrases, words in written
    ]
    count = screening.copies(text, earlier, to=receiver.pk)
    return (Message.Hold.ALIKE, {"count": count}) if count >= screening.COPIES else ("", {})


def _compared_words(phrases: list[phrase_book.Stored], text: str) -> str:
    """The words of a message that are compared with those of others; '' where a message of phrases has few of them."""
    words = phrase_book.own_words(phrases, text)
    return "" if phrases and screening.is_short(words) else words


def hold_sentence(message: Message) -> str:
    """Why it was held, for its sender and for the team."""
    if message.hold == Message.Hold.ALIKE:
        return ngettext(
            "Nearly the same text went to %(n)d other company within a week. "
            "Say what you want from this one in particular.",
            "Nearly the same text went to %(n)d other companies within a week. "
            "Say what you want from this one in particular.",
            message.hold_facts.get("count", 0),
        ) % {"n": message.hold_facts.get("count", 0)}
    if message.hold == Message.Hold.LINK_ONLY:
        return _("There is little more in it than a link. Say in words what it is about.")
    if message.hold == Message.Hold.REPORTED:
        return _("The receiver reported it.")
    return ""


@transaction.atomic
def block_company(*, by: User, company: Company, other: Company) -> Block:
    """Hear nothing more from a company; it is not told."""
    require_member(by, company)
    if company.pk == other.pk:
        raise Refused("own_company", _("This is your own company."), status=403)
    block, new = Block.objects.get_or_create(company=company, other=other)
    if new:
        record(by=by, verb="block_company", on=company, facts={"other": str(other.uid)})
    return block


@transaction.atomic
def unblock_company(*, by: User, company: Company, other: Company) -> None:
    require_member(by, company)
    if Block.objects.filter(company=company, other=other).delete()[0]:
        record(by=by, verb="unblock_company", on=company, facts={"other": str(other.uid)})


@transaction.atomic
def choose_contacts(*, by: User, company: Company, takes: str) -> ContactPreference:
    """Say from whom the company takes enquiries; its administrators decide."""
    require_admin(by, company)
    wish = ContactPreference.objects.filter(company=company).first() or ContactPreference(company=company)
    wish.takes = takes
    wish.full_clean(validate_unique=False, validate_constraints=False)
    wish.save()
    record(by=by, verb="choose_contacts", on=company, facts={"takes": takes})
    return wish


@transaction.atomic
def set_contact_limit(*, by: User, level: int, per_day: int, open_requests: int) -> ContactLimit:
    """Change how many first messages companies of a level may write; it counts from the next message on.

    Raises:
        Refused: 404 for those who do not run the campaign.
        ValidationError: by field.
    """
    campaign = require_reviewer(by)
    limit = ContactLimit.objects.select_for_update().get(pk=level)
    before = [limit.per_day, limit.open_requests]
    limit.per_day, limit.open_requests = per_day, open_requests
    limit.full_clean()
    limit.save()
    facts = {"level": level, "before": before, "after": [per_day, open_requests]}
    record(by=by, verb="set_contact_limit", on=campaign, facts=facts)
    return limit


def require_reviewer(user: User, enquiry: Enquiry | None = None) -> Campaign:
    """The campaign this person decides for: its organisers and administrators, not its event staff.

    For an enquiry it is one in which a side of it takes part; without one, the campaign that the site shows.
    """
    rows = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).select_related("campaign")
    if enquiry is None:
        rows = rows.filter(campaign__is_current=True)
    else:
        rows = rows.filter(campaign__companies__in=[enquiry.supplier_id, enquiry.buyer_id])
    organiser = rows.order_by("-campaign__is_current", "-campaign").first()
    if organiser is None:
        raise NotFound()
    return organiser.campaign
