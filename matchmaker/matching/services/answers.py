"""What each side says of a match, and what follows when both say yes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns import boundary
from matchmaker.companies.models import CONTACT_FIELDS, Company
from matchmaker.companies.notices import notify_company
from matchmaker.companies.services import is_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.matching.models import Match, NeverAgain
from matchmaker.matching.services import letter_facts
from matchmaker.matching.services.storing import remove
from matchmaker.notifications.by_language import languages_of
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import close_notices


@transaction.atomic
def answer_match(*, by: User, match: Match, side: str, answer: str, why: str = "") -> Match:
    """Say "interested" or "not for us" for one's own side; the same answer twice is one answer.

    When both sides are interested the contact opens for both. A "no" closes the match for the other side.

    Raises:
        Refused: `not_found` for a stranger, `match_withdrawn` when product or demand no longer stands.
        ValidationError: for an unknown answer or reason.
    """
    match = Match.objects.select_for_update(of=("self",)).for_cards().get(pk=match.pk)
    seller, wanter = match.product.company, match.line.demand.company
    own, other = (seller, wanter) if side == "supplier" else (wanter, seller)
    if not is_member(by, own) or not Match.objects.visible_to(by).filter(pk=match.pk).exists():
        raise NotFound()
    if match.withdrawn_at is not None:
        raise Refused("match_withdrawn", _("The product or the demand is no longer open."))
    if answer not in (Match.Answer.INTERESTED, Match.Answer.DECLINED):
        raise ValidationError({"answer": _("Answer “interested” or “not for us”.")})
    if why not in Match.Why.values:
        raise ValidationError({"why": _("Choose a reason from the list.")})
    if getattr(match, f"{side}_answer") == answer and getattr(match, f"{side}_why") == why:
        return match
    if match.is_mutual:
        raise Refused(
            "already_mutual", _("Both sides said yes and see each other's contact; this cannot be taken back.")
        )
    setattr(match, f"{side}_answer", answer)
    setattr(match, f"{side}_why", why if answer == Match.Answer.DECLINED else "")
    setattr(match, f"{side}_answered_at", timezone.now())
    if match.supplier_answer == match.buyer_answer == Match.Answer.INTERESTED:
        match.mutual_at = timezone.now()
    match.save()
    _keep_apart(match, side)
    record(by=by, verb="answer_match", on=match, organisation=own, facts={"side": side, "answer": answer, "why": why})
    other_side = "buyer" if side == "supplier" else "supplier"
    close_notices(event_key=_interest(match, other_side))  # answered: her colleagues have nothing left to do
    if match.is_mutual:
        _open_contact(match)
    elif answer == Match.Answer.INTERESTED:
        _tell_other_side(match, side, other)
    else:
        close_notices(event_key=_interest(match, side))  # a yes that was taken back is not waited for any more
    return match


def _interest(match: Match, side: str) -> str:
    return f"match_interest:{match.uid}:{side}"


def _keep_apart(match: Match, side: str) -> None:
    """ "Never again" holds for the two companies and takes their other unanswered matches along; a yes lifts it."""
    pair = {"supplier": match.product.company, "buyer": match.line.demand.company}
    if getattr(match, f"{side}_why") == Match.Why.NEVER:
        NeverAgain.objects.get_or_create(**pair, defaults={"asked_by": side})
        between = Match.objects.filter(product__company=pair["supplier"], line__demand__company=pair["buyer"])
        remove(between.exclude(pk=match.pk).filter(mutual_at__isnull=True))
    elif getattr(match, f"{side}_answer") == Match.Answer.INTERESTED:
        NeverAgain.objects.filter(**pair, asked_by=side).delete()


def _open_contact(match: Match) -> None:
    seller, wanter = match.product.company, match.line.demand.company
    for company, partner, side in ((seller, wanter, "supplier"), (wanter, seller, "buyer")):
        seen = boundary.let_cross(company=partner, to=company)
        notify_company(
            company,
            kind="match_mutual",
            ids={"match": match.uid},
            event_key=f"match_mutual:{match.uid}:{side}",
            context={
                "company": partner,
                **{name: getattr(seen, name) for name in CONTACT_FIELDS},
                **letter_facts.names(match, languages_of(company.members)),
            },
            path=f"/{side}/matches/{match.uid}/",
        )


def withdraw_contact(*, company: Company) -> int:
    """Take the contact data of a company that closes out of what its partners were or will be notified of.

    Returns how many notices changed. They still say that the two were in contact, and over what.
    """
    mutual = Match.objects.filter(mutual_at__isnull=False)
    sold = mutual.filter(product__company=company).values_list("uid", flat=True)
    wanted = mutual.filter(line__demand__company=company).values_list("uid", flat=True)
    keys = [f"match_mutual:{uid}:buyer" for uid in sold] + [f"match_mutual:{uid}:supplier" for uid in wanted]
    notices = list(Notice.objects.filter(kind="match_mutual", event_key__in=keys))
    for notice in notices:
        notice.context |= dict.fromkeys(CONTACT_FIELDS, "")
    Notice.objects.bulk_update(notices, ["context"], batch_size=200)
    return len(notices)


def _tell_other_side(match: Match, side: str, other: Company) -> None:
    other_side = "buyer" if side == "supplier" else "supplier"
    languages = languages_of(other.members)
    facts = (
        letter_facts.of_line(match.line, languages)
        if other_side == "supplier"
        else letter_facts.of_product(match.product, languages)
    )
    notify_company(
        other,
        kind="match_interest",
        ids={"match": match.uid},
        event_key=_interest(match, side),
        context={**facts, "side": other_side, **letter_facts.names(match, languages)},
        path=f"/{other_side}/matches/{match.uid}/",
    )
