"""Organisers add what came into force since the shipped records were made: a rule, an agreement, an admission."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules as catalogue_rules
from matchmaker.core import reference
from matchmaker.market_access.models import AccessNotice, Agreement, EntryRule
from matchmaker.market_access.services.records import edit_rule, plain_facts, refuse_overlap
from matchmaker.market_access.services.tariffs import require_organiser

PREFIXES = gettext_lazy("Write HS codes of two, four or six digits with spaces between them.")
OWN = frozenset({"id", "uid", "code", "requirement", "valid_from", "valid_until", "edited_here", "updated_at"})
CODE_FORM = RegexValidator(
    r"^[A-Z0-9]+(-[A-Z0-9]+)*$", gettext_lazy("Write capital letters, digits and hyphens, such as GACC-FOOD-280.")
)


@transaction.atomic
def add_rule(*, by: User, like: EntryRule, code: str, valid_from: date, takes_over: bool, **fields: Any) -> EntryRule:
    """A rule that asks what another one asks, to be changed where it differs.

    Args:
        takes_over: it answers for the same requirement, and the other one ends on the day before. Otherwise it stands
            beside it with a requirement of its own.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field, also where the other one begins on that day or later.
    """
    require_organiser(by)
    if takes_over and like.valid_from and like.valid_from >= valid_from:
        sentence = _("It has to begin after %(day)s, when the rule it follows begins.")
        raise ValidationError({"valid_from": sentence % {"day": like.valid_from.isoformat()}})
    copied = {
        field.name: getattr(like, field.name) for field in EntryRule._meta.concrete_fields if field.name not in OWN
    }
    row = EntryRule(
        **{**copied, **fields},
        code=code,
        requirement=like.requirement if takes_over else code,
        valid_from=valid_from,
        edited_here=True,
    )
    _sound_code(code)
    row.full_clean()
    if takes_over and (like.valid_until is None or like.valid_until >= valid_from):
        row.valid_until = like.valid_until  # what was to follow then still follows
        edit_rule(by=by, rule=like, valid_until=valid_from - timedelta(days=1))
    refuse_overlap(row)
    row.save(force_insert=True)
    record(by=by, verb="add_rule", on=row, facts={"like": like.code, "takes_over": takes_over})
    return row


@transaction.atomic
def add_agreement(*, by: User, code: str, **fields: Any) -> Agreement:
    """An agreement or unilateral measure; its partners and rates follow.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field.
    """
    require_organiser(by)
    _sound_code(code)
    row = Agreement(code=code, edited_here=True, **fields)
    row.full_clean()
    row.save(force_insert=True)
    record(by=by, verb="add_agreement", on=row, facts=plain_facts({"code": code, "name": row.name}))
    return row


@transaction.atomic
def add_admission(*, by: User, rule: EntryRule, origin: str, hs_in: list[str], **fields: Any) -> AccessNotice:
    """A product of a country that a protocol or a customs notice admits.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field, also where the same notice is recorded for that country.
    """
    require_organiser(by)
    problems: dict = {}
    catalogue_rules.check_known(problems, "origin", origin, reference.countries(), catalogue_rules.COUNTRY)
    if not hs_in or not sound_prefixes(hs_in):
        problems["hs_in"] = PREFIXES
    if problems:
        raise ValidationError(problems)
    row = AccessNotice(rule_code=rule.code, origin=origin, hs_in=hs_in, edited_here=True, **fields)
    row.full_clean(validate_constraints=False)
    if AccessNotice.objects.filter(rule_code=rule.code, origin=origin, basis=row.basis).exists():
        raise ValidationError({"basis": _("This notice is already recorded for this country.")})
    row.save(force_insert=True)
    record(by=by, verb="add_admission", on=rule, facts={"origin": origin, "hs_in": hs_in, "basis": row.basis})
    return row


def sound_prefixes(codes: list[str]) -> bool:
    return all(code.isascii() and code.isdigit() and len(code) in (2, 4, 6) for code in codes)


def _sound_code(code: str) -> None:
    try:
        CODE_FORM(code)
    except ValidationError as error:
        raise ValidationError({"code": error.messages}) from None
