"""Suppliers and buyers from a list, by the campaign's team."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Participation
from matchmaker.campaigns.services import company_imports as bringing_in
from matchmaker.catalogue import wording
from matchmaker.companies.about import texts_from
from matchmaker.companies.duplicates import Alike, Identity, Register
from matchmaker.companies.models import Company, Membership
from matchmaker.companies.phones import check_phone
from matchmaker.companies.services import check_company, companies_alike
from matchmaker.core.languages import ENGLISH
from matchmaker.core.problems import NotFound, Refused
from matchmaker.core.text import validate_text
from matchmaker.engines.language import simplify
from matchmaker.imports.columns import (
    Column,
    choice,
    line,
    paragraph,
    read_country,
    read_email,
    read_languages,
    read_website,
)
from matchmaker.imports.kinds.base import EMPTY, Context, Kind, Problems, Values, digest
from matchmaker.imports.kinds.company_cells import (
    one_line,
    part_telephone,
    read_tags,
    read_telephone,
    read_year,
    size_reader,
)
from matchmaker.imports.models import Import, ImportRow

_field = Company._meta.get_field
_part = Participation._meta.get_field
# The same sentence whatever is registered and wherever: it tells neither who it is nor what the row has in common.
_REGISTERED = _(
    "This company is registered on this site already, outside your campaign. Ask the site’s staff to bring it into your"
    " campaign, or ask the company itself."
)
_ABOUT = models.TextField(max_length=3000, blank=True, validators=[validate_text, MaxLengthValidator(3000)])


LISTED = frozenset({"goods", "note", "tags"})  # columns that belong to the campaign, not to the company


class Companies(Kind):
    heads = "companies"
    leaves_unreadable_cells_empty = True  # a list of a fair is worth its names and countries

    @property
    def columns(self) -> list[Column]:
        return COLUMNS

    def __init__(self, side: str):
        self.side = side

    def context(self, batch: Import) -> Context:
        return Context(
            None, existing=self.existing(batch), campaign_id=batch.campaign_id, elsewhere=_elsewhere(batch.campaign_id)
        )

    def prepare(self, texts: dict[str, str]) -> Problems:
        return part_telephone(texts)

    def judge(self, values: Values, context: Context) -> Problems:
        problems: Problems = {}
        _guess_number(values)
        if values["identifier_kind"] and not values["identifier"]:
            values["identifier_kind"] = ""
        company = Company(**_fields(values))
        problems |= check_company(company)
        if "identifier" in problems:
            values["identifier_kind"] = ""  # it stays away with the number
        problems |= _read_phone_of_country(values)
        values["identifier"] = company.identifier
        key = "" if problems else self.key(values)
        if key in context.elsewhere and key not in context.existing:
            problems[""] = _REGISTERED
        return problems

    def key(self, values: Values) -> str:
        if values["identifier"]:
            return _number_key(values["country"], values["identifier_kind"], values["identifier"])
        return _name_key(values["country"], values["legal_name"])

    def existing(self, batch: Import, *, newer_than: int = 0) -> dict[str, uuid.UUID]:
        """Those of the campaign alone: a list changes nothing of a company outside of it."""
        rows = bringing_in.companies_of(batch.campaign_id).filter(pk__gt=newer_than)
        rows = rows.exclude(status=Company.Status.RETURNED)
        found = {}
        for uid, country, kind, number, name in rows.values_list(
            "uid", "country", "identifier_kind", "identifier", "legal_name"
        ).iterator():
            found.setdefault(_name_key(country, name), uid)
            if number:
                found[_number_key(country, kind, number)] = uid
        return found

    def remember_site(self, context: Context) -> None:
        rows = _comparable(context.campaign_id).values_list(
            "uid",
            "legal_name",
            "name_latin",
            "name_zh",
            "country",
            "identifier",
            "website",
            "contact_email",
            "identifier_kind",
        )
        context.site = Register(
            Identity(uid, tuple(filter(None, names)), country, number, tuple(filter(None, hosts)), kind)
            for uid, *names, country, number, website, email, kind in rows.iterator()
            for hosts in [(website, email)]
        )

    def look_alike(self, values: Values, context: Context) -> dict[str, Any] | None:
        one = _identity(None, values)
        if context.site is None:
            near = next(iter(companies_alike(Company(**_fields(values)), _comparable(context.campaign_id))), None)
            if near:
                names = filter(None, (near[0].legal_name, near[0].name_latin, near[0].name_zh))
                return _alike(near[0].uid, tuple(names), near[1], None)
        for register in filter(None, (context.site, context.file)):
            if found := register.find(one):
                other, alike = found
                uid, row = other.key if isinstance(other.key, tuple) else (other.key, None)
                return _alike(uid, other.names, alike, row)
        return None

    def remember(self, values: Values, target: uuid.UUID, row_no: int, context: Context) -> None:
        context.file.add(_identity((target, row_no), values))

    def newest(self) -> int:
        return Company.objects.aggregate(last=Max("pk"))["last"] or 0

    def same(self, values: Values, now: Values) -> bool:
        """Only what is empty there can change, and of a company with people not who it is and how it is reached."""
        closed = bringing_in.NOT_OF_COMPANIES_WITH_PEOPLE if now["has_people"] else frozenset()
        given = {name for name, value in values.items() if value not in EMPTY}
        return not given & LISTED and all(now[name] not in EMPTY for name in given - closed)

    def current(self, targets: Sequence[uuid.UUID]) -> dict[uuid.UUID, Values]:
        people = Membership.objects.filter(company=OuterRef("pk"))
        rows = Company.objects.filter(uid__in=targets).annotate(has_people=Exists(people))
        return {company.uid: {**_values(company), "has_people": company.has_people} for company in rows}

    def create(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        bringing_in.add_companies(
            by=batch.by,
            campaign=batch.campaign,
            side=self.side,
            companies=[Company(uid=row.target, **_fields(row.values)) for row in rows],
            source=f"import {batch.uid}",
            listed={row.target: _listed(row.values) for row in rows},
        )

    def change(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        for row in rows:
            company = bringing_in.companies_of(batch.campaign_id).filter(uid=row.target).first()
            if company is None:  # an earlier row of this file that was left out, or it left the campaign
                raise ValidationError(_("What this row adds to is not there any more."))
            row.before = bringing_in.change_company(
                by=batch.by,
                campaign=batch.campaign,
                company=company,
                values=_fields(row.values),
                source=f"import {batch.uid}",
            )
            bringing_in.add_listed(by=batch.by, campaign=batch.campaign, company=company, listed=_listed(row.values))

    def remove(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        targets = [row.target for row in rows]
        return bringing_in.remove_companies(
            by=batch.by, campaign=batch.campaign, targets=targets, source=f"import {batch.uid}"
        )

    def is_unchanged(self, row: ImportRow, now: Values) -> bool:
        there, given = _fields(now), _fields(row.values or {})
        return all(there[name] == given[name] for name in row.before or {})

    def put_back(self, batch: Import, row: ImportRow) -> None:
        company = bringing_in.companies_of(batch.campaign_id).filter(uid=row.target).first()
        try:
            if company is None:
                raise NotFound()
            bringing_in.put_back(
                by=batch.by,
                campaign=batch.campaign,
                company=company,
                before=row.before or {},
                source=f"import {batch.uid}",
            )
        except Refused as refusal:  # it stays as it is, and is counted
            raise ValidationError(refusal.message) from None


def _comparable(campaign_id: int | None) -> models.QuerySet[Company]:
    rows = bringing_in.companies_of(campaign_id)
    return rows.filter(merged_into__isnull=True).exclude(status=Company.Status.RETURNED)


def _elsewhere(campaign_id: int | None) -> frozenset[str]:
    """Keys of companies outside the campaign that a row must not make again.

    By number all of them, because a number is registered once; joining says the same of a number. By name only those
    that anybody may see: that a buyer, or a company that waits, is here, a list must not tell.
    """
    rows = Company.objects.exclude(pk__in=bringing_in.companies_of(campaign_id).values("pk"))
    rows = rows.exclude(status=Company.Status.RETURNED)
    numbers = rows.exclude(identifier="").values_list("country", "identifier_kind", "identifier")
    names = rows.public().values_list("country", "legal_name")
    return frozenset([_number_key(*row) for row in numbers.iterator()] + [_name_key(*row) for row in names.iterator()])


def _number_key(country: str, kind: str, number: str) -> str:
    return digest("number", country, kind, number)


def _name_key(country: str, name: str) -> str:
    return digest("name", country, wording.fold(simplify(name)))


def _alike(uid: object, names: Sequence[str], alike: Alike, row: int | None) -> dict[str, Any]:
    """What a row is perhaps the same as, with every name that was compared."""
    name = " · ".join(dict.fromkeys(names))
    return {"uid": str(uid), "name": name, "why": alike.why, "row": row, "score": alike.score}


def _identity(key: object, values: Values) -> Identity:
    names = tuple(values[name] for name in ("legal_name", "name_latin", "name_zh") if values.get(name))
    hosts = tuple(values[name] for name in ("website", "contact_email") if values.get(name))
    number, kind = values.get("identifier") or "", values.get("identifier_kind") or ""
    return Identity(key, names, values["country"], number, hosts, kind)


def _fields(values: Values) -> Values:
    """The columns of a sheet as fields of a company: its two texts about itself are one field."""
    own, english = values.get("about", ""), values.get("about_en", "")
    about = texts_from(own, english, language="", spoken=values.get("languages") or ())
    return {**{name: value for name, value in values.items() if name not in {"about_en", *LISTED}}, "about": about}


def _listed(values: Values) -> bringing_in.Listed:
    """What the campaign notes of a company, and the company itself does not say."""
    return bringing_in.Listed(values.get("goods") or "", values.get("note") or "", values.get("tags") or ())


def _values(company: Company) -> Values:
    """The reverse of `_fields`. A company with a text in any language has both columns filled."""
    names = (column.name for column in COLUMNS if column.name not in {"about", "about_en", *LISTED})
    english = company.about.text(ENGLISH)
    own = next((text for code, text in company.about.items() if code != ENGLISH), english)
    return {**{name: getattr(company, name) for name in names}, "about": own, "about_en": english}


def _read_phone_of_country(values: Values) -> Problems:
    """The number in its international form, as the company's own form writes it."""
    try:
        values["contact_phone"] = check_phone(values["contact_phone"] or "", values["country"] or "")
    except ValidationError as error:
        return {"contact_phone": error}
    return {}


def _guess_number(values: Values) -> None:
    """A number without its kind is what its form says: 18 characters in China, 20 of an LEI, or a national one."""
    if values["identifier"] and not values["identifier_kind"]:
        length = len(values["identifier"].replace(" ", ""))
        kind = "uscc" if values["country"] == "CN" and length == 18 else "lei" if length == 20 else "national"
        values["identifier_kind"] = kind


COLUMNS = [
    Column(
        "legal_name",
        _("legal name"),
        one_line,
        _field("legal_name"),
        required=True,
        example="Surin Rice Mill Co., Ltd.",
    ),
    Column("name_latin", _("name in Latin letters"), one_line, _field("name_latin")),
    Column("name_zh", _("name in Chinese"), line, _field("name_zh")),
    Column("country", _("country"), read_country, _field("country"), required=True, example="TH", note=True),
    Column("city", _("city"), line, _field("city"), example="Surin"),
    Column("address", _("address"), line, _field("address")),
    Column("website", _("website"), read_website, _field("website"), example="https://example.org", note=True),
    Column("contact_name", _("contact person"), line, _field("contact_name")),
    Column(
        "contact_email",
        _("contact email"),
        read_email,
        _field("contact_email"),
        example="office@example.org",
        note=True,
    ),
    Column("contact_phone", _("contact telephone"), read_telephone, _field("contact_phone"), note=True),
    Column("contact_wechat", _("WeChat ID"), line, _field("contact_wechat")),
    Column(
        "identifier_kind",
        _("kind of number"),
        choice(Company.IdentifierKind.choices, "identifier_kind"),
        _field("identifier_kind"),
        example="national",
    ),
    Column("identifier", _("company number"), line, _field("identifier"), note=True),
    Column("founded", _("founded"), read_year, _field("founded"), empty=None),
    Column(
        "size",
        _("employees"),
        size_reader(choice(Company.Size.choices), Company.Size.values),
        _field("size"),
        example="50-249",
        note=True,
    ),
    Column("languages", _("languages spoken"), read_languages, empty=[], example="th, en"),
    Column("about", _("about the company"), paragraph, _ABOUT),
    Column("about_en", _("about the company, in English"), paragraph, _ABOUT),
    Column("goods", _("what they sell or look for"), one_line, _part("listed_goods"), example="rice, rice noodles"),
    Column("tags", _("tags"), read_tags, empty=[], example="organic; new"),
    Column("note", _("note of the team"), paragraph, _part("team_note")),
]
