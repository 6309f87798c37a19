"""What an import of one kind of thing knows: its columns, its rules, what makes two rows the same, how to write it."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from matchmaker.catalogue import wording
from matchmaker.catalogue.models import Category, HSCode
from matchmaker.companies.duplicates import Register
from matchmaker.companies.models import Company
from matchmaker.imports.columns import Column, as_text
from matchmaker.imports.models import Import, ImportRow

Values = dict[str, Any]
Problems = dict[str, Any]
EMPTY: tuple = (None, "", [])


@dataclass(slots=True)
class Context:
    """What the rows of one file are judged against, read once."""

    company_id: int | None  # whose rows they are; None where each says so
    hs_codes: frozenset[str] = frozenset()
    categories: Mapping[str, str] = field(default_factory=dict)  # code or folded name → code
    category_codes: frozenset[str] = frozenset()
    companies: Mapping[str, int | None] = field(
        default_factory=dict
    )  # name, number or uid → pk; None when two share it
    existing: dict[str, uuid.UUID] = field(default_factory=dict)  # key → uid
    campaign_id: int | None = None  # whose team brings the file
    elsewhere: frozenset[str] = frozenset()  # keys of what the site has, but not this campaign
    site: Register | None = None  # what is on the site, for finding what is perhaps the same; None: ask the database
    file: Register = field(default_factory=Register)  # what this file makes


class Kind:
    """One subclass a kind; instances keep nothing."""

    heads: str  # which kinds of rows of data/trade/sheet_heads.csv are ours, parted by blanks
    leaves_unreadable_cells_empty = False  # instead of refusing the row for a column that it does not need

    @property
    def columns(self) -> list[Column]:
        raise NotImplementedError

    def context(self, batch: Import) -> Context:
        raise NotImplementedError

    def judge(self, values: Values, context: Context) -> Problems:
        """What spans columns or needs a list; may put codes right in `values`."""
        raise NotImplementedError

    def prepare(self, texts: dict[str, str]) -> Problems:
        """Put cells right before they are read, where one cell holds what belongs into two; column → what was read."""
        return {}

    def key(self, values: Values) -> str:
        """What makes two rows the same thing, in few characters."""
        raise NotImplementedError

    def existing(self, batch: Import, *, newer_than: int = 0) -> dict[str, uuid.UUID]:
        """Keys of what is on the site already, of this owner."""
        raise NotImplementedError

    def remember_site(self, context: Context) -> None:
        """Read what `look_alike` compares every row of a file with."""

    def look_alike(self, values: Values, context: Context) -> dict[str, Any] | None:
        """What a new row is perhaps the same as, in the shape of `ImportRow.alike`."""
        return None

    def remember(self, values: Values, target: uuid.UUID, row_no: int, context: Context) -> None:
        """A row of the file makes this; later ones may be the same."""

    def newest(self) -> int:
        """The highest primary key there is."""
        raise NotImplementedError

    def current(self, targets: Sequence[uuid.UUID]) -> dict[uuid.UUID, Values]:
        """What these rows say now, in the shape of `values`."""
        raise NotImplementedError

    def same(self, values: Values, now: Values) -> bool:
        """Whether what the file says is what stands there already; what it leaves empty says nothing."""
        return all(
            as_text(now[name]) == as_text(value) for name, value in values.items() if name in now and value not in EMPTY
        )

    def create(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        raise NotImplementedError

    def change(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        """Write changes and keep in `row.before` what they replaced."""
        raise NotImplementedError

    def remove(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        """Undo what was made, except what was used since; returns how many stay."""
        raise NotImplementedError

    def restore(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        """Undo changes, except where the thing was changed again since; returns how many stay as they are."""
        stay = 0
        for row in rows:
            now = self.current([row.target] if row.target else []).get(row.target)
            try:
                with transaction.atomic():
                    if now is None or not self.is_unchanged(row, now):
                        stay += 1
                    else:
                        self.put_back(batch, row)
            except ValidationError:  # what stood there before does not fit to what was changed since
                stay += 1
        return stay

    def is_unchanged(self, row: ImportRow, now: Values) -> bool:
        """Whether the thing still is as this row made it."""
        return self.same(row.values or {}, now)

    def put_back(self, batch: Import, row: ImportRow) -> None:
        """Write `row.before` again."""
        raise NotImplementedError


def to_field_values(model: type[models.Model], values: Values, names: Iterable[str]) -> Values:
    """Those of the values as the model's fields hold them: decimals and days are texts in JSON."""
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in names if name in values}
    return {name: field.to_python(values[name]) for name, field in fields.items()}


def digest(*parts: Any) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def context_of(batch: Import, side: str, existing: dict[str, uuid.UUID]) -> Context:
    """The lists that products and demands are judged against."""
    categories = all_categories()
    return Context(
        batch.company_id,
        all_codes(),
        categories,
        frozenset(categories.values()),
        companies_by_name(side_of(batch, side)),
        existing,
    )


def all_codes() -> frozenset[str]:
    return frozenset(HSCode.objects.values_list("pk", flat=True))


def all_categories() -> dict[str, str]:
    """Code and every name of a category, folded → its code."""
    found = {}
    for category in Category.objects.all():
        for name in (category.code, *category.name.values()):
            found[wording.fold(name)] = category.code
    return found


def companies_by_name(companies) -> dict[str, int | None]:
    """Every way to name a company in a cell → its pk; None where two companies share it."""
    found: dict[str, int | None] = {}
    for pk, uid, identifier, *names in companies.values_list(
        "pk", "uid", "identifier", "legal_name", "name_latin", "name_zh"
    ):
        for name in {str(uid), identifier.casefold(), *map(wording.fold, names)} - {""}:
            found[name] = None if name in found else pk
    return found


def side_of(batch: Import, side: str):
    """The companies whose rows this import may write: its own, or those of the campaign on that side."""
    if batch.company_id:
        return Company.objects.filter(pk=batch.company_id)
    return Company.objects.filter(campaigns=batch.campaign_id, **{side: True}).distinct()


def take_company(values: Values, context: Context, problems: Problems) -> None:
    """Put the company's key in place of its name; a row of another company is refused (B73)."""
    name = values.pop("company", "")
    name = wording.fold(name) if name else ""
    if context.company_id:
        values["company_id"] = context.company_id
        if name and context.companies.get(name) != context.company_id:
            problems["company"] = _("This row belongs to another company. You can import rows of your own only.")
        return
    found = context.companies.get(name)
    values["company_id"] = found
    if found is None:
        if not name:
            problems["company"] = _("Say whose row this is: name, company number or uid.")
        elif name in context.companies:
            problems["company"] = _("Two companies have this name. Write the company's number instead.")
        else:
            problems["company"] = _("No company of the campaign on this side has this name or number.")


def take_category(values: Values, context: Context) -> None:
    """Put the code in place of a category's name; an unknown one stays, for the rules to refuse."""
    given = values.pop("category", "") or ""
    if given in context.category_codes:
        values["category_id"] = given
        return
    values["category_id"] = context.categories.get(wording.fold(given), given) or None
