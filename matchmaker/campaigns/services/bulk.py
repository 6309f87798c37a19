"""One decision about many companies: prepare it, look at it, confirm it, and take it back while that is possible.

The action is a row that waits; a worker claims it with a lease and works off its companies in lots. What a verb does
and whom it leaves out stands in `actions`, where layers above register theirs.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import BulkAction, BulkItem, Campaign, CompanyTag, Participation, Tag
from matchmaker.campaigns.models.bulk import UNDO
from matchmaker.campaigns.services import approve_company, require_organiser, return_company, tags, undo_approval
from matchmaker.companies.models import Company, Membership
from matchmaker.core.hooks import Hook
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text

LOT = 200  # companies in one transaction
LEASE = dt.timedelta(minutes=2)
COUNTED_AT_ONCE = 1_000  # companies for which an action is prepared while a person waits; a worker counts more
AT_ONCE = 2.0  # seconds that the page which confirms an action works on it itself
PREPARED_FOR = dt.timedelta(days=1)
Verb, State, Outcome = BulkAction.Verb, BulkAction.State, BulkItem.Outcome


@dataclass(frozen=True, slots=True)
class Work:
    """How a verb works.

    Args:
        do: does it for a lot of companies; returns the code of the reason for each that it could not be done for.
        left_out: (code, condition on a `BulkItem`) for companies it is not done for; the first that holds counts.
        check: turns what a person chose into `values`, or raises ValidationError by field.
        undo: takes it back for a lot; returns as `do`.
    """

    do: Callable[[BulkAction, list[Company]], Mapping[int, str]]
    left_out: Callable[[BulkAction], list[tuple[str, Q]]] = lambda action: []
    check: Callable[[BulkAction, Mapping[str, Any]], dict] = lambda action, values: {}
    undo: Callable[[BulkAction, list[Company]], Mapping[int, str]] | None = None


@transaction.atomic
def prepare(*, by: User, campaign: Campaign, verb: str, companies: QuerySet[Company]) -> BulkAction:
    """Write down which companies are meant; nothing happens to them before `confirm`.

    Many companies are counted by a worker: the action is in the state `counting` until then.

    Raises:
        Refused: for an unknown verb, or where no company is meant.
    """
    require_organiser(by, campaign)
    if verb not in actions:
        raise Refused("unknown_verb", _("Choose what to do."), field="verb", status=400)
    mine = companies.filter(pk__in=Participation.objects.filter(campaign=campaign).values("company"))
    keys = sorted(set(mine.order_by().values_list("pk", flat=True)))
    if not keys:
        raise Refused("nobody", _("Tick at least one company."), status=400)
    action = BulkAction.objects.create(campaign=campaign, verb=verb, by=by, chosen=keys, many=len(keys))
    return _count(action)


@transaction.atomic
def choose(*, by: User, action: BulkAction, **values: Any) -> BulkAction:
    """Say what the verb needs: a reason, a tag or an event.

    Raises:
        ValidationError: by field.
        Refused: it was confirmed meanwhile, or is being counted.
    """
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    require_organiser(by, action.campaign)
    _only(action, State.PREPARED)
    action.values = _work(action).check(action, values)
    action.save(update_fields=["values"])
    return _count(action)


@transaction.atomic
def confirm(*, by: User, action: BulkAction) -> BulkAction:
    """Let it begin. Whom it leaves out is decided anew, because days may lie between.

    Raises:
        Refused: it was confirmed before, something is still to be chosen, or no one is left.
    """
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    require_organiser(by, action.campaign)
    _only(action, State.PREPARED)
    if not action.is_set:
        raise Refused("not_set", _("Choose first what is still open."), status=400)
    if action.many <= COUNTED_AT_ONCE:
        _leave_out(action)
    waiting = action.items.filter(outcome=Outcome.WAITING).count()
    if not waiting:
        raise Refused("nobody", _("It would be done for no company."))
    action.by, action.confirmed_at = by, timezone.now()
    action.state = State.WAITING if action.many <= COUNTED_AT_ONCE else State.COUNTING
    action.save(update_fields=["by", "state", "confirmed_at"])
    facts = {"verb": action.verb, "companies": waiting, **action.values}
    record(by=by, verb="run_bulk", on=action, organisation=action.campaign, facts=facts)
    return action


@transaction.atomic
def undo(*, by: User, action: BulkAction) -> BulkAction:
    """Take it back within ten minutes, for every company where nothing has left yet.

    Raises:
        Refused: it is too late, or this kind cannot be taken back.
    """
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    require_organiser(by, action.campaign)
    if action.undo_until is None:
        raise Refused("too_late", _("This can no longer be taken back."))
    action.state = State.UNDOING
    action.save(update_fields=["state"])
    record(by=by, verb="undo_bulk", on=action, organisation=action.campaign, facts={"verb": action.verb})
    return action


def _work(action: BulkAction) -> Work:
    work = actions[action.verb]
    return import_string(work) if isinstance(work, str) else work


def _only(action: BulkAction, state: str) -> None:
    if action.state != state:
        raise Refused("already_confirmed", _("This was confirmed already."))


def _count(action: BulkAction) -> BulkAction:
    """Write the items and whom the verb leaves out: now for few companies, by a worker for many."""
    if action.many > COUNTED_AT_ONCE:
        action.state = State.COUNTING
        action.save(update_fields=["state"])
    else:
        _count_now(action)
    return action


def _count_now(action: BulkAction) -> None:
    """Afterwards the action waits to be confirmed, or was confirmed and begins."""
    items = (BulkItem(action=action, company_id=key) for key in action.chosen)
    BulkItem.objects.bulk_create(items, batch_size=2000, ignore_conflicts=True)
    if action.is_set:
        _leave_out(action)
    action.chosen, action.state = [], State.WAITING if action.confirmed_at else State.PREPARED
    action.save(update_fields=["chosen", "state"])


def among(rows: QuerySet) -> Q:
    """Condition on an item: one of these rows is about its company.

    EXISTS is looked up by index for each item. `company IN (…)` was compared with all rows for each item where
    PostgreSQL did not know yet how many items had just been written.
    """
    return Q(Exists(rows.filter(company=OuterRef("company"))))


def _leave_out(action: BulkAction) -> None:
    action.items.exclude(outcome=Outcome.WAITING).update(outcome=Outcome.WAITING, why="")
    for code, condition in _work(action).left_out(action):
        action.items.filter(condition, outcome=Outcome.WAITING).update(outcome=Outcome.LEFT_OUT, why=code)


def counts(action: BulkAction) -> dict[tuple[str, str], int]:
    """How many companies have which outcome for which reason."""
    rows = action.items.order_by().values_list("outcome", "why").annotate(n=Count("pk"))
    return {(outcome, why): n for outcome, why, n in rows}


# The worker's side.


def work_waiting(budget: float = 50.0) -> int:
    """Work on the actions that wait, for so many seconds; returns how many were finished."""
    until = time.monotonic() + budget
    keys = list(BulkAction.objects.waiting().order_by("confirmed_at", "pk").values_list("pk", flat=True))
    return sum(work_on(key, until - time.monotonic()) for key in keys if time.monotonic() < until)


def work_on(key: int, budget: float = AT_ONCE) -> bool:
    """Claim one action and work on it for so many seconds; True when that finished it."""
    until, token = time.monotonic() + budget, uuid.uuid4()
    claim = BulkAction.objects.waiting().filter(pk=key)
    if not claim.update(lease_until=timezone.now() + LEASE, lease_token=token):
        return False
    _count_claimed(key, token)
    while _lot(key, token):
        if time.monotonic() > until:
            BulkAction.objects.filter(pk=key, lease_token=token).update(lease_until=None)
            return False
    return True


@transaction.atomic
def _count_claimed(key: int, token: uuid.UUID) -> None:
    """Count the companies of an action whose turn it is, where that waits; then it may wait for a person again."""
    rows = BulkAction.objects.select_for_update(of=("self",)).select_related("campaign", "by")
    action = rows.filter(pk=key, lease_token=token, state=State.COUNTING).first()
    if action is None:
        return
    _count_now(action)
    if action.state == State.PREPARED:
        BulkAction.objects.filter(pk=key).update(lease_until=None, lease_token=None)


@transaction.atomic
def _lot(key: int, token: uuid.UUID) -> bool:
    """Work off the next lot; False when there is none, and the action is finished."""
    rows = BulkAction.objects.select_for_update(of=("self",)).select_related("campaign", "by")
    action = rows.filter(pk=key, lease_token=token).exclude(state=State.PREPARED).first()
    if action is None:
        return False
    undoing = action.state == State.UNDOING
    before, after = (Outcome.DONE, Outcome.UNDONE) if undoing else (Outcome.WAITING, Outcome.DONE)
    items = list(action.items.filter(outcome=before, why="").select_related("company")[:LOT])
    if not items:
        ended = {"state": State.UNDONE} if undoing else {"state": State.DONE, "done_at": timezone.now()}
        BulkAction.objects.filter(pk=key).update(**ended, lease_until=None, lease_token=None)
        return False
    not_done = _act(action, [item.company for item in items], undoing=undoing)
    failed = before if undoing else Outcome.LEFT_OUT  # what could not be taken back stays done
    lot = BulkItem.objects.filter(pk__in=[item.pk for item in items])
    for why in set(not_done.values()):
        keys = [company for company, code in not_done.items() if code == why]
        lot.filter(company__in=keys).update(outcome=failed, why=why[:40])
    lot.exclude(company__in=list(not_done)).update(outcome=after)
    BulkAction.objects.filter(pk=key).update(lease_until=timezone.now() + LEASE)
    return True


def _act(action: BulkAction, companies: list[Company], *, undoing: bool) -> Mapping[int, str]:
    """As `Work.do`; nothing is done once its person has left the team, or the campaign is archived."""
    verb = _work(action)
    if undoing and verb.undo:
        return verb.undo(action, companies)
    try:
        require_organiser(action.by, action.campaign)
    except Refused as refusal:
        return {company.pk: refusal.code for company in companies}
    return verb.do(action, companies)


def forget_prepared() -> int:
    """Delete what was prepared and never confirmed; returns how many rows went."""
    states = [State.COUNTING, State.PREPARED]
    old = BulkAction.objects.filter(state__in=states, confirmed_at=None, created_at__lt=timezone.now() - PREPARED_FOR)
    return old.delete()[0]


# What the verbs of this layer do.


def one_by_one(act: Callable[[Company], Any], companies: Iterable[Company]) -> dict[int, str]:
    """Do it for each company on its own; returns the code of the refusal where it was refused."""
    not_done = {}
    for company in companies:
        try:
            with transaction.atomic():
                act(company)
        except Refused as refusal:
            not_done[company.pk] = refusal.code
        except ValidationError:
            not_done[company.pk] = "invalid"
    return not_done


def _decision_exclusions(action: BulkAction) -> list[tuple[str, Q]]:
    own = Membership.objects.filter(user=action.by)
    return [("not_waiting", ~Q(company__status=Company.Status.PENDING)), ("own_company", among(own))]


def _approve(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    at = (action.confirmed_at or timezone.now()) + UNDO
    by, campaign = action.by, action.campaign
    return one_by_one(lambda company: approve_company(by=by, company=company, campaign=campaign, told_at=at), companies)


def _undo_approval(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    return one_by_one(lambda company: undo_approval(by=action.by, company=company, campaign=action.campaign), companies)


def _return(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    by, campaign, reason = action.by, action.campaign, action.values["reason"]
    return one_by_one(
        lambda company: return_company(by=by, company=company, campaign=campaign, reason=reason), companies
    )


def _check_reason(action: BulkAction, values: Mapping[str, Any]) -> dict:
    reason = str(values.get("reason") or "").strip()[:500]
    if not reason:
        raise ValidationError({"reason": _("Say what is missing, so that it can be put right.")})
    try:
        validate_text(reason)
    except ValidationError as error:
        raise ValidationError({"reason": error.messages}) from None
    return {"reason": reason}


def _new_tag(action: BulkAction, values: Mapping[str, Any]) -> dict:
    try:
        row = tags.create_tag(by=action.by, campaign=action.campaign, name=str(values.get("tag") or ""))
    except ValidationError as error:
        raise ValidationError({"tag": error.messages}) from None
    return {"tag": row.name}


def _find_tag(action: BulkAction, values: Mapping[str, Any]) -> dict:
    row = Tag.objects.filter(campaign=action.campaign, name__iexact=str(values.get("tag") or "").strip()).first()
    if row is None:
        raise ValidationError({"tag": _("The campaign has no such tag.")})
    return {"tag": row.name}


def _uses(action: BulkAction) -> QuerySet[CompanyTag]:
    return CompanyTag.objects.filter(tag__campaign=action.campaign, tag__name=action.values["tag"])


def _put_on(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    tag = Tag.objects.filter(campaign=action.campaign, name=action.values["tag"]).first()
    if tag is None:
        return {company.pk: "no_tag" for company in companies}
    CompanyTag.objects.bulk_create([CompanyTag(tag=tag, company=one) for one in companies], ignore_conflicts=True)
    return {}


def _take_off(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    _uses(action).filter(company__in=companies).delete()
    return {}


# Layers above name theirs by its dotted path, so that it is loaded when it is needed.
actions: Hook[Work | str] = Hook("campaigns.services.bulk.actions", "actions on many companies at once")
_ACTIONS: dict[str, Work | str] = {
    Verb.APPROVE: Work(_approve, _decision_exclusions, undo=_undo_approval),
    Verb.RETURN: Work(_return, _decision_exclusions, _check_reason),
    Verb.TAG: Work(
        _put_on,
        lambda action: [("has_tag", among(_uses(action)))],
        _new_tag,
        _take_off,
    ),
    Verb.UNTAG: Work(
        _take_off,
        lambda action: [("no_tag", ~among(_uses(action)))],
        _find_tag,
        _put_on,
    ),
    Verb.INVITE: "matchmaker.campaigns.services.bulk_invite.INVITE",
    # Its companies are the group an announcement goes to, see `announcements`.
    Verb.ANNOUNCE: Work(
        lambda action, companies: {},
        lambda action: [("no_account", ~among(Membership.objects.all()))],
    ),
}
for _verb, _action in _ACTIONS.items():
    actions.register(_action, key=_verb)
