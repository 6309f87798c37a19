"""Plain factories: each makes one row with sensible values; the test says what matters.

Every function takes the row's own fields as keywords. Rows a row cannot be without are made along with it, and a
company has a member who may act for it: `member_of(company)`.
"""

from datetime import timedelta
from itertools import count

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser, Participation, Partner, PartnerSeat
from matchmaker.catalogue.models import Category, Demand, DemandLine, HSCode, Product, ProductCertificate, ProductText
from matchmaker.companies.models import Company, Membership
from matchmaker.matching.models import Match

_numbers = count(1)


def user(password: str | None = None, **fields) -> User:
    """A person with a verified address; without a password only `client.force_login` signs her in (hashing is slow)."""
    number = next(_numbers)
    person = User.objects.create_user(
        fields.pop("email", f"person{number}@example.org"),
        password,
        **{"name": f"Person {number}", "date_joined": timezone.now() - timedelta(days=30), **fields},
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def company(member: User | None = None, role: str = Membership.Role.ADMIN, **fields) -> Company:
    """An approved supplier from Thailand, complete enough to be submitted, with one member."""
    number = next(_numbers)
    values = {
        "is_supplier": not fields.get("is_buyer", False),
        "legal_name": f"Company {number} Co., Ltd.",
        "country": "TH",
        "city": "Surin",
        "contact_name": "Malee Srisuk",
        "contact_email": f"office{number}@example.org",
        "contact_phone": "+66 44 000 000",
        "about": "We mill fragrant rice in Surin.",
        "languages": ["th", "en"],
        "status": Company.Status.APPROVED,
    }
    values |= fields
    if isinstance(values["about"], str):  # in the language that the company works in
        values["about"] = {values.get("language", "en"): values["about"]}
    row = Company.objects.create(**values)
    Membership.objects.create(company=row, user=member or user(), role=role)
    return row


def supplier(member: User | None = None, **fields) -> Company:
    return company(member, **{"is_supplier": True, "is_buyer": False, **fields})


def buyer(member: User | None = None, **fields) -> Company:
    values = {
        "is_supplier": False,
        "is_buyer": True,
        "legal_name": f"武汉采购集团有限公司{next(_numbers)}",
        "country": "CN",
        "city": "武汉",
        "contact_name": "王敏",
        "contact_phone": "+86 27 0000 0000",
        "about": "我们为华中地区的超市采购食品。",
        "language": "zh-hans",
        "languages": ["zh"],
    }
    return company(member, **{**values, **fields})


def member_of(row: Company) -> User:
    """The first person who may act for the company."""
    return row.members.order_by("memberships__id").first()


def category(code: str = "AGRI-01", **fields) -> Category:
    """A category by its code; made once."""
    values = {"group": code.split("-")[0], "name": {"en": f"Category {code}", "zh-hans": f"品类 {code}"}}
    return Category.objects.get_or_create(code=code, defaults={**values, **fields})[0]


def hs_code(code: str = "100630", **fields) -> HSCode:
    """A code of the Harmonized System with its chapter and heading above it; made once."""
    parent = hs_code(code[:-2]) if len(code) > 2 else None
    values = {
        "level": len(code),
        "parent": parent,
        "section": "II",
        "text": {"en": f"Goods of {code}"},
        "path": {"en": f"{parent.path} > Goods of {code}" if parent else f"Goods of {code}"},
    }
    return HSCode.objects.get_or_create(code=code, defaults={**values, **fields})[0]


def product(
    company: Company | None = None,
    name: str = "Thai Hom Mali rice",
    description: str = "Fragrant long-grain rice, new crop, 5% broken.",
    language: str = "en",
    certificates: tuple[str, ...] = (),
    **fields,
) -> Product:
    """A published product with an original text in one language."""
    values = {
        "category": category() if "category_id" not in fields else None,
        "hs_code": hs_code().code,
        "origin": "TH",
        "status": Product.Status.PUBLISHED,
    }
    values = {**values, **fields}
    if "category_id" in fields:
        del values["category"]
    if values["status"] != Product.Status.DRAFT:
        values.setdefault("published_at", timezone.now())
    row = Product.objects.create(company=company or supplier(), **values)
    ProductText.objects.create(product=row, language=language, name=name, description=description, is_original=True)
    for code in certificates:
        ProductCertificate.objects.create(product=row, code=code)
    return row


def demand(company: Company | None = None, lines: int = 0, **fields) -> Demand:
    """A public demand, open for a month; `lines` adds that many lines."""
    values = {
        "title": "2027年春季大米采购",
        "language": "zh",
        "closing_on": timezone.localdate() + timedelta(days=30),
        "status": Demand.Status.PUBLISHED,
    }
    values = {**values, **fields}
    if values["status"] != Demand.Status.DRAFT:
        values.setdefault("published_at", timezone.now())
    row = Demand.objects.create(company=company or buyer(), **values)
    for _number in range(lines):
        line(row)
    return row


def line(demand_row: Demand | None = None, **fields) -> DemandLine:
    """The next line of a demand."""
    owner = demand_row or demand()
    values = {"number": owner.lines.count() + 1, "text": "茉莉香米,5公斤袋装", "language": "zh"}
    if "category_id" not in fields:
        values["category"] = category()
    return DemandLine.objects.create(demand=owner, **{**values, **fields})


def match(product_row: Product | None = None, line_row: DemandLine | None = None, **fields) -> Match:
    """A match nobody has answered yet, with parts and evidence that give three sentences."""
    values = {
        "score": 0.82,
        "probability": 0.4,
        "parts": {"meaning": 0.71, "words": 0.2, "hs": 1.0, "category": 1.0, "trust": 0.5},
        "evidence": {
            "offer_text": ["en", "Thai Hom Mali rice. Fragrant long-grain rice"],
            "want_text": ["zh", "茉莉香米,5公斤袋装"],
            "hs_common": "100630",
            "category": "AGRI-01",
        },
        "conditions": [],
        "engine": "test",
    }
    return Match.objects.create(product=product_row or product(), line=line_row or line(), **{**values, **fields})


def campaign(**fields) -> Campaign:
    """The current campaign of this year."""
    today = timezone.localdate()
    values = {
        "slug": f"campaign-{next(_numbers)}",
        "name": {"en": "Big Market for All: Export to China", "zh-hans": "共享大市场·出口中国"},
        "starts_on": today - timedelta(days=30),
        "ends_on": today + timedelta(days=330),
        "is_current": True,
    }
    return Campaign.objects.create(**{**values, **fields})


def take_part(campaign_row: Campaign, *companies: Company) -> None:
    """The companies take part in the campaign, each on its sides."""
    for company in companies:
        for side in ("supplier", "buyer"):
            if getattr(company, f"is_{side}"):
                Participation.objects.create(campaign=campaign_row, company=company, side=side)


def organiser(campaign_row: Campaign | None = None, role: str = Organiser.Role.ORGANISER, **fields) -> User:
    """A person of the campaign's team; the current campaign's, or a new one's when there is none."""
    person = user(**fields)
    owner = campaign_row or Campaign.objects.filter(is_current=True).first() or campaign()
    Organiser.objects.create(campaign=owner, user=person, role=role)
    return person


def partner(campaign_row: Campaign | None = None, **fields) -> tuple[Partner, User]:
    """A country partner of the current campaign, and somebody who sits at its desk."""
    owner = campaign_row or Campaign.objects.filter(is_current=True).first() or campaign()
    values = {"name": {"en": f"Chamber {next(_numbers)}"}, "country": "TH", "is_trusted": False}
    row = Partner.objects.create(campaign=owner, **{**values, **fields})
    person, now = user(), timezone.now()
    seat = {"email": person.email, "user": person, "taken_at": now, "not_before": now}
    PartnerSeat.objects.create(partner=row, state="sent", finished_at=now, **seat)
    return row, person


def read_in(language: str, client) -> None:
    """The pages of a test client in this language: the choice of a visitor, the account of a person signed in."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
        choose_language(language, session.value)


def choose_language(language: str, session: str) -> None:
    """The account of the person of a session in this language."""
    User.objects.filter(pk=SessionStore(session).get(SESSION_KEY)).update(language=language)
