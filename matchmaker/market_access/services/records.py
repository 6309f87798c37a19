"""Load the shipped records, and let organisers edit rules and agreements with a preview of what changes for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Product
from matchmaker.core.multilingual import Texts
from matchmaker.market_access import duty, readiness, rules
from matchmaker.market_access.models import (
    AccessNotice,
    AdditionalDuty,
    Agreement,
    AgreementPartner,
    EntryQuestion,
    EntryRule,
    ImportRegime,
)
from matchmaker.market_access.services.additional import read_shipped_duties
from matchmaker.market_access.services.answers import RECORDS, readiness_of_many, rulebook
from matchmaker.market_access.services.tariffs import require_organiser

# What organisers may write of a rule; its code and its place in a succession stay.
EDITABLE_RULE = frozenset(
    field.name
    for field in EntryRule._meta.fields
    if field.name not in ("id", "uid", "code", "requirement", "edited_here", "updated_at")
)
EDITABLE_PARTNER = frozenset({"valid_from", "valid_until", "confidence", "note"})


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """How many rows were written, found as they were, or left alone because an organiser edited them here."""

    created: int
    updated: int
    unchanged: int
    kept: int

    def __add__(self, other: "LoadCounts") -> "LoadCounts":
        return LoadCounts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )


@dataclass(frozen=True, slots=True)
class AffectedProduct:
    """One product for which an edit changes the answer."""

    product: Product
    before: readiness.State
    after: readiness.State
    changes: int


@transaction.atomic
def load_market_access(*, folder: Path = RECORDS) -> LoadCounts:
    """Bring the records of `data/market_access` into the tables; running it again changes nothing.

    Rows that organisers edited here are kept as they are. Nothing is deleted: a rule that ended still answers for the
    days on which it held.

    Raises: ValueError: names file, row and cell of the first record that cannot be read; nothing is written then.
    """
    book, known = rules.read_rulebook(folder), duty.read_trade(folder)
    done = _upsert(EntryRule, ["code"], (_rule_fields(rule) for rule in book.rules))
    done += _upsert(
        EntryQuestion,
        ["code"],
        ({**asdict(question), "position": place} for place, question in enumerate(book.questions.values())),
    )
    done += _upsert(AccessNotice, ["rule_code", "origin", "basis"], (_access_fields(one) for one in book.access))
    done += _upsert(Agreement, ["code"], (asdict(agreement) for agreement in known.agreements.values()))
    done += _upsert(ImportRegime, ["code"], (asdict(regime) for regime in known.regimes))
    done += _upsert(AdditionalDuty, ["code"], (asdict(one) for one in read_shipped_duties(folder)))
    agreements = {row.code: row for row in Agreement.objects.all()}
    notes = {(row["agreement"], row["origin"]): row["note"] for row in rules.rows(folder / "partners.csv")}
    done += _upsert(
        AgreementPartner,
        ["agreement", "origin"],
        (
            {
                **asdict(partner),
                "agreement": agreements[partner.agreement],
                "note": notes[partner.agreement, partner.origin],
            }
            for partner in known.partners
        ),
    )
    return done


@transaction.atomic
def edit_rule(*, by: User, rule: EntryRule, **fields: Any) -> EntryRule:
    """Change a rule; the audit keeps what it said before.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field, also where two rules of one requirement would hold on the same day.
    """
    require_organiser(by)
    before = changed_fields(rule, EDITABLE_RULE, fields)
    rule.full_clean()
    refuse_overlap(rule)
    if before:
        rule.edited_here = True
        rule.save()
        facts = {"before": before, "after": {name: getattr(rule, name) for name in before}}
        record(by=by, verb="edit_rule", on=rule, facts=plain_facts(facts))
    return rule


@transaction.atomic
def edit_partner(*, by: User, partner: AgreementPartner, **fields: Any) -> AgreementPartner:
    """Change the days between which an origin benefits from an agreement.

    Raises:
        Refused: `not_an_organiser`.
        ValidationError: by field.
    """
    require_organiser(by)
    before = changed_fields(partner, EDITABLE_PARTNER, fields)
    partner.full_clean()
    if before:
        partner.edited_here = True
        partner.save()
        facts = {"before": before, "after": {name: getattr(partner, name) for name in before}}
        record(by=by, verb="edit_partner", on=partner, facts=plain_facts(facts))
    return partner


def preview_rule(
    rule: EntryRule, shipment_date: date, products: Iterable[Product], **fields: Any
) -> list[AffectedProduct]:
    """For which of the products an edit would change the checklist on a day. Nothing is written."""
    book = rulebook()
    edited = EntryRule.objects.get(pk=rule.pk)
    changed_fields(edited, EDITABLE_RULE, fields)
    new = edited.as_rule()
    changed = replace(book, rules=tuple(new if one.code == new.code else one for one in book.rules))
    listed = list(products)
    before = readiness_of_many(listed, shipment_date, book=book)
    return affected_products(listed, before, readiness_of_many(listed, shipment_date, book=changed))


def affected_products(
    products: Iterable[Product],
    before: Mapping[int, readiness.Readiness],
    after: Mapping[int, readiness.Readiness],
) -> list[AffectedProduct]:
    """The products whose checklist differs, each with the number of its lines that do."""
    changes = []
    for product in products:
        old, fresh = before[product.pk], after[product.pk]
        if lines := len(_lines(old) ^ _lines(fresh)):
            changes.append(AffectedProduct(product, old.state, fresh.state, lines))
    return changes


def _lines(one: readiness.Readiness) -> set[tuple[str, str, str]]:
    items = (*one.items, *one.papers, *one.notices)
    return {(item.rule.code, item.status.value, item.reason.code) for item in items}


def changed_fields(row: models.Model, allowed: frozenset[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Set the fields; returns what the changed ones said before."""
    before = {}
    for name, value in fields.items():
        if name not in allowed:
            raise ValueError(f"{name} is not for organisers to write")
        if getattr(row, name) != value:
            before[name] = getattr(row, name)
            setattr(row, name, value)
    return before


def refuse_overlap(rule: EntryRule) -> None:
    """A requirement is answered by one rule on any day."""
    others = EntryRule.objects.filter(requirement=rule.requirement).exclude(pk=rule.pk)
    for other in others:
        begins = max(rule.valid_from or date.min, other.valid_from or date.min)
        ends = min(rule.valid_until or date.max, other.valid_until or date.max)
        if begins <= ends:
            sentence = _("On %(day)s the rule %(code)s already answers for this requirement.")
            raise ValidationError({"valid_from": sentence % {"day": begins.isoformat(), "code": other.code}})


def _rule_fields(rule: rules.Rule) -> dict[str, Any]:
    return {**asdict(rule), "conditions": [list(pair) for pair in rule.conditions]}


def _access_fields(access: rules.Access) -> dict[str, Any]:
    fields = asdict(access)
    fields["rule_code"] = fields.pop("rule")
    return fields


def _upsert(model: type[models.Model], key: list[str], records: Iterable[Mapping[str, Any]]) -> LoadCounts:
    loaded = {tuple(getattr(row, name) for name in key): row for row in model._default_manager.all()}
    created, updated, unchanged, protected = [], 0, 0, 0
    for fields in records:
        fields = {name: _as_column(value) for name, value in fields.items()}
        row = loaded.get(tuple(fields[name] for name in key))
        if row is None:
            created.append(model(**fields))
        elif getattr(row, "edited_here", False):
            protected += 1
        elif all(getattr(row, name) == value for name, value in fields.items()):
            unchanged += 1
        else:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()
            updated += 1
    model._default_manager.bulk_create(created)
    return LoadCounts(len(created), updated, unchanged, protected)


def _as_column(value: Any) -> Any:
    if isinstance(value, dict):
        return Texts(value)
    return list(value) if isinstance(value, tuple) else value


def plain_facts(facts: Any) -> Any:
    """Dates and decimals as text, so that the audit keeps them the same way on every database."""
    if isinstance(facts, dict):
        return {name: plain_facts(value) for name, value in facts.items()}
    if isinstance(facts, date):
        return facts.isoformat()
    return str(facts) if isinstance(facts, Decimal) else facts
