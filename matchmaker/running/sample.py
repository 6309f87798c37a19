"""The sample campaign: plain files of `data/sample/` by the same services that pages and the API call."""

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import approve_company, lifecycle, submit_company
from matchmaker.catalogue import services as catalogue
from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.catalogue.models.demands import LINE_TERMS
from matchmaker.catalogue.models.products import TERMS as PRODUCT_TERMS
from matchmaker.companies.about import texts_from
from matchmaker.companies.models import Company
from matchmaker.companies.services import EDITABLE, start_company
from matchmaker.core import reference
from matchmaker.core.multilingual_texts import texts_of
from matchmaker.directory.services import set_rate
from matchmaker.events.models import Event
from matchmaker.market_access.services import import_tariff
from matchmaker.market_access.tariff_table import Edition
from matchmaker.running.sample_clock import clock_at, days_ago
from matchmaker.running.sample_events import people_register
from matchmaker.running.sample_history import HELD, mark_letters_sent, tell_history
from matchmaker.running.sample_obstacles import meet_obstacles
from matchmaker.running.sample_partner import bring_companies, gather_buyers

SLUG = "big-market-for-all"
PASSWORD = "sample-campaign"
ORGANISER, COLLEAGUE, STAFF = "organiser@matchmaker.example", "team@matchmaker.example", "admin@matchmaker.example"
PARTNER, GROUP = "partner@matchmaker.example", "group@matchmaker.example"
PARTS = ("agri", "goods")
PICTURES = settings.DATA_DIR / "sample" / "pictures"  # <key of the product>.webp, 480 × 360 pixels
SAMPLE_TARIFF = settings.DATA_DIR / "sample" / "tariff"
OPENED, COMING = 130, 50  # days ago the campaign opened, and the days in which the companies registered
BEFORE, EACH = OPENED + 365, 10  # days ago last year's campaign opened; each tenth company took part in it


def rows(path: str) -> list[dict[str, str]]:
    return reference.read_csv(f"sample/{path}") if (settings.DATA_DIR / "sample" / path).exists() else []


def all_rows(name: str) -> list[dict[str, str]]:
    return [row for part in PARTS for row in rows(f"{part}/{name}")]


def is_loaded() -> bool:
    return Campaign.objects.filter(slug=SLUG).exists()


@transaction.atomic
def load() -> dict[str, int]:
    """Load everything, once; returns how many of each. A half-loaded sample can't exist: it is one transaction."""
    if is_loaded():
        return {}
    password = make_password(PASSWORD)  # one hash for all: hashing a hundred times is what would take long
    with clock_at(days_ago(BEFORE)):
        organiser, colleague = add_team(password)
        last = add_campaign(organiser, colleague, f"{SLUG}-{timezone.localdate().year}")
    with clock_at(days_ago(OPENED)):
        campaign = add_campaign(organiser, colleague, SLUG)
        for row in rows("rates.csv"):
            figures = {"yuan": Decimal(row["yuan"]), "as_of": campaign.starts_on, "source": row["source"]}
            set_rate(by=organiser, campaign=campaign, currency=row["currency"], **figures)
    load_sample_tariff(organiser)
    companies = _last_year(last, campaign, organiser, password)
    companies |= _companies(campaign, organiser, password, without=companies)
    with clock_at(days_ago(OPENED - COMING)):
        goods = all_rows("products.csv")
        products = {row["product_key"]: add_product(row, companies[row["company_key"]]) for row in goods}
    _history(campaign, organiser, companies)
    for row in rows("waiting_companies.csv"):
        add_company(row, campaign, None, password)
    desk = _user(PARTNER, "Kanya Rattanakul", "en", password)
    partner = bring_companies(campaign, organiser, desk)
    gather_buyers(campaign, organiser, _user(GROUP, "陈志强", "zh-hans", password))
    food = [companies[row["company_key"]] for row in rows("agri/companies.csv")]
    meet_obstacles(organiser, colleague, food[:3], partner, desk)
    mark_letters_sent(timezone.now())
    lines = defaultdict(list)
    for row in all_rows("demand_lines.csv"):
        lines[row["demand_key"]].append(row)
    demands = [
        add_demand(row, companies[row["company_key"]], lines[row["demand_key"]]) for row in all_rows("demands.csv")
    ]
    for row in rows("events.csv"):
        people_register(_event(row, campaign), organiser)
    return {"companies": len(companies), "products": len(products), "demands": len(demands)}


def load_sample_tariff(organiser: User) -> None:
    """The rates of the tariff of 2026 for the codes of the sample's goods, each with the act that sets it.

    Raises:
        ValueError: a file has a fault, or its rates cannot be loaded beside those that are loaded already.
    """
    editions: list[tuple[str, Edition | None]] = [
        (row["file"], _edition(row)) for row in reference.read_csv("sample/tariff/editions.csv")
    ]
    for name, edition in [*editions, ("wordings.csv", None)]:
        done = import_tariff(by=organiser, content=(SAMPLE_TARIFF / name).read_bytes(), edition=edition, apply=True)
        if done.faults:
            raise ValueError(f"sample/tariff/{name}: {done.faults[0]}")


def _edition(row: dict[str, str]) -> Edition:
    source = ", ".join(row[name] for name in ("authority", "number", "title", "issued"))
    source = f"{source}; {row['confidence']}" + (f", {row['url']}" if row["url"] else "")
    ends = dt.date.fromisoformat(row["valid_until"]) if row["valid_until"] else None
    return Edition(dt.date.fromisoformat(row["valid_from"]), source, ends)


def _last_year(last: Campaign, campaign: Campaign, organiser: User, password: str) -> dict[str, Company]:
    """Some companies took part in last year's campaign; they went on into this one, and the old one was archived."""
    with clock_at(days_ago(BEFORE - 20)):
        old = {
            row["company_key"]: add_company(row, last, organiser, password) for row in all_rows("companies.csv")[::EACH]
        }
    with clock_at(days_ago(OPENED - 1)):
        lifecycle.take_over(by=organiser, source=last, target=campaign)
        for state in (Campaign.State.CLOSED, Campaign.State.ARCHIVED):
            lifecycle.set_state(by=organiser, campaign=last, state=state)
    return old


def _companies(campaign: Campaign, organiser: User, password: str, without: Container[str]) -> dict[str, Company]:
    """Companies register one after another in the first weeks."""
    coming = [row for row in all_rows("companies.csv") if row["company_key"] not in without]
    companies = {}
    for number, row in enumerate(coming):
        with clock_at(days_ago(OPENED - 1 - (COMING - 2) * number / len(coming))):
            companies[row["company_key"]] = add_company(row, campaign, organiser, password)
    return companies


def _history(campaign: Campaign, organiser: User, companies: dict[str, Company]) -> None:
    """An event of the food companies was held, and some of them trade."""
    food = [companies[row["company_key"]] for row in rows("agri/companies.csv")]
    selling = set(Product.objects.published().values_list("company", flat=True))
    sellers = [company for company in food if company.pk in selling and not company.is_buyer]
    buyers = [company for company in food if company.is_buyer and not company.is_supplier]
    with clock_at(days_ago(HELD + 20)):
        event = _event(rows("past_events.csv")[0], campaign)  # held twenty days later
    tell_history(campaign, organiser, event, sellers[:11], buyers[:4])


def _user(email: str, name: str, language: str, password: str) -> User:
    user = User.objects.create(email=email.lower(), name=name, language=language, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def add_campaign(organiser: User, colleague: User, slug: str) -> Campaign:
    """This year's campaign, or the one before, which names its year."""
    row = rows("campaign.csv")[0]
    year = timezone.localdate().year  # of the day on which the campaign opened
    is_last = slug != SLUG
    campaign = Campaign.objects.create(
        slug=slug,
        name={language: f"{text} {year}" if is_last else text for language, text in texts_of(row, "name").items()},
        about=texts_of(row, "about"),
        starts_on=dt.date(year, 1, 1),
        ends_on=dt.date(year if is_last else year + 1, 12, 31),
        is_current=not is_last and not Campaign.objects.filter(is_current=True).exists(),
        freight_percent=8,  # a round figure to show what an assumed share looks like
        insurance_percent=Decimal("0.3"),
    )
    for user, role in ((organiser, Organiser.Role.ADMIN), (colleague, Organiser.Role.ORGANISER)):
        Organiser.objects.create(campaign=campaign, user=user, role=role)
    return campaign


def add_team(password: str) -> tuple[User, User]:
    """Two people of the team, and the site's administrator."""
    organiser = _user(ORGANISER, "林岚", "zh-hans", password)
    colleague = _user(COLLEAGUE, "Marta Kowalczyk", "en", password)
    staff = _user(STAFF, "Site administrator", "en", password)
    staff.is_staff = staff.is_superuser = True
    staff.save(update_fields=["is_staff", "is_superuser"])
    return organiser, colleague


def add_company(row: dict[str, str], campaign: Campaign, organiser: User | None, password: str) -> Company:
    page_language = "zh-hans" if row["lang"].startswith("zh") else "en"
    user = _user(row["contact_email"], row["contact_name"], page_language, password)
    company = start_company(
        by=user,
        side="buyer" if row["side"] == "buyer" else "supplier",
        about=texts_from(row["about"], row["about_en"], language=row["lang"]),
        **_fields(Company, {**row, "language": row["lang"], "size": row["employees"]}, set(EDITABLE) - {"about"}),
        **({"is_buyer": True} if row["side"] == "both" else {}),
    )
    submit_company(by=user, company=company, campaign=campaign)
    if organiser is not None:
        company = approve_company(by=organiser, company=company, campaign=campaign)
        Company.objects.filter(pk=company.pk).update(
            verification=int(row["verification"] or 0), verified_at=timezone.localdate()
        )
        company.refresh_from_db()
    return company


def add_product(row: dict[str, str], company: Company) -> Product:
    texts = [{"language": row["lang"], "name": row["name"], "description": row["description"]}]
    texts += [
        {"language": language, "name": row[f"name_{language}"], "description": ""}
        for language in ("en", "zh")
        if row[f"name_{language}"] and row["lang"] != language
    ]
    by = company.members.first()
    product = catalogue.save_product(
        by=by,
        company=company,
        texts=texts,
        certificates=[code for code in row["certificates"].split("|") if code],
        **_fields(Product, {**row, "category_id": row["category_code"], "hs_code": row["hs6"]}, PRODUCT_TERMS),
    )
    picture = (PICTURES / f"{row['product_key']}.webp").read_bytes()
    catalogue.add_product_image(by=by, product=product, upload=ContentFile(picture, name="picture.webp"))
    return catalogue.publish_product(by=by, product=product)


def add_demand(row: dict[str, str], company: Company, lines: list[dict[str, str]]) -> Demand:
    today = timezone.localdate()
    by = company.members.first()

    def day(name: str) -> dt.date | None:
        return today + dt.timedelta(days=int(row[name])) if row[name] else None

    demand = catalogue.save_demand(
        by=by,
        company=company,
        title=row["title"],
        language=row["lang"],
        description=row["description"],
        visibility=row["visibility"],
        closing_on=day("closing_in_days"),
        destination=row["destination"],
        delivery_from=day("delivery_from_days"),
        delivery_until=day("delivery_until_days"),
        incoterm=row["incoterm"],
        lines=[
            _fields(
                DemandLine,
                {**line, "language": line["lang"], "category_id": line["category_code"], "hs_code": line["hs6"]},
                LINE_TERMS,
            )
            for line in sorted(lines, key=lambda line: int(line["line"]))
        ],
    )
    return catalogue.publish_demand(by=by, demand=demand)


def _event(row: dict[str, str], campaign: Campaign) -> Event:
    starts_on = timezone.localdate() + dt.timedelta(days=int(row["starts_in_days"]))
    texts = {name: texts_of(row, name) for name in ("name", "about", "theme", "venue", "city")}
    return Event.objects.create(
        campaign=campaign,
        slug=row["slug"],
        guest_country=row["guest_country"],
        mode=row["mode"],
        time_zone=row["time_zone"],
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=int(row["days"]) - 1),
        opens_at=dt.time.fromisoformat(row["opens_at"]),
        closes_at=dt.time.fromisoformat(row["closes_at"]),
        tables=int(row["tables"]),
        capacity=int(row["capacity"]),
        status=Event.Status.PUBLISHED,
        **texts,
    )


def _fields(model: type[models.Model], row: dict[str, str], names: Iterable[str]) -> dict[str, Any]:
    """The cells of a row that the model has fields for, as values of those fields; lists are separated by |."""
    found: dict[str, Any] = {}
    for name in names:
        field, text = model._meta.get_field(name), row.get(name)
        if text is None:
            continue
        if isinstance(field, models.JSONField):
            found[name] = [part for part in text.split("|") if part]
        else:
            found[name] = field.to_python(text) if text or not field.null else None  # type: ignore[union-attr]
    return found
