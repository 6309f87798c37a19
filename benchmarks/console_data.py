"""The rows of `console_lists.py`: companies of one campaign, their trade, a fair, and the record of their approval."""

import datetime as dt
from decimal import Decimal

COUNTRIES = ["TH", "VN", "FR", "IT", "BR", "CN", "DE", "KE", "PE", "TR"]
STATES = ["approved"] * 6 + ["pending"] * 2 + ["draft", "returned"]
DAY = dt.timedelta(days=1)
LOT = 5000
AT_A_TIME = 213  # meetings of the fair in one slot


def side(company) -> str:
    return "supplier" if company.is_supplier else "buyer"


def write_companies(count: int) -> None:
    """A campaign, its companies and people, invitations, tags, products and an event in nine days."""
    from django.utils import timezone

    from matchmaker.accounts.models import User
    from matchmaker.campaigns.models import Campaign, CompanyInvitation, CompanyTag, Organiser, Participation, Tag
    from matchmaker.catalogue.models import Category, Product
    from matchmaker.companies.models import Company, Invitation, Membership
    from matchmaker.events.models import Event, EventInvitation, EventParticipation

    now = timezone.now()
    campaign = Campaign.objects.create(
        slug="many",
        name={"en": "Many", "zh-hans": "众多"},
        starts_on=now.date() - 90 * DAY,
        ends_on=now.date() + 90 * DAY,
        is_current=True,
    )
    boss = User.objects.create(email="boss@example.org", name="Boss")
    Organiser.objects.create(campaign=campaign, user=boss, role="admin")
    companies = Company.objects.bulk_create(
        (
            Company(
                legal_name=f"Company {number} Co., Ltd.",
                name_latin=f"Company {number}",
                country=COUNTRIES[number % 10],
                is_supplier=number % 3 != 0,
                is_buyer=number % 3 == 0,
                status=STATES[number % 10],
                submitted_at=now - dt.timedelta(minutes=number),
                contact_email=f"office{number}@example.org",
                verification=number % 4,
            )
            for number in range(count)
        ),
        batch_size=LOT,
    )
    Participation.objects.bulk_create(
        (Participation(campaign=campaign, company=one, side=side(one)) for one in companies), batch_size=LOT
    )
    people = User.objects.bulk_create(
        User(email=f"person{number}@example.org", name=f"Person {number}") for number in range(count // 10)
    )
    Membership.objects.bulk_create(
        Membership(company=one, user=person, role="admin") for one, person in zip(companies[::10], people, strict=False)
    )
    offers = Invitation.objects.bulk_create(
        (
            Invitation(
                company=one,
                email=one.contact_email,
                role="admin",
                invited_by=boss,
                not_before=now,
                expires_at=now + 30 * DAY,
            )
            for one in companies[1::3]
        ),
        batch_size=LOT,
    )
    CompanyInvitation.objects.bulk_create(
        (CompanyInvitation(campaign=campaign, invitation=offer) for offer in offers), batch_size=LOT
    )
    tag = Tag.objects.create(campaign=campaign, name="fair")
    CompanyTag.objects.bulk_create(CompanyTag(tag=tag, company=one) for one in companies[::20])
    category = Category.objects.order_by("pk").first() or Category.objects.create(
        code="AGRI-01", name={"en": "Rice", "zh-hans": "大米"}
    )
    Product.objects.bulk_create(
        (Product(company=one, category=category, status="published", published_at=now) for one in companies[1::3]),
        batch_size=LOT,
    )
    event = Event.objects.create(
        campaign=campaign,
        slug="hall",
        name={"en": "Hall", "zh-hans": "大厅"},
        starts_on=now.date() + 9 * DAY,
        ends_on=now.date() + 10 * DAY,
        capacity=count,
        status="published",
    )
    coming = [one for one in companies if one.status == "approved"][: count // 10]
    EventParticipation.objects.bulk_create(
        EventParticipation(event=event, company=one, side=side(one), registered_at=now) for one in coming
    )
    EventInvitation.objects.bulk_create(EventInvitation(event=event, company=one) for one in companies[::7])


def write_trade() -> None:
    """What came of it: demands, matches, enquiries with deals, letters that could not be delivered, the record."""
    companies = _companies()
    suppliers = [one for one in companies if one.is_supplier]
    buyers = [one for one in companies if one.is_buyer]
    _write_matches(_write_demands(buyers[::5]))
    _write_deals(_write_enquiries(suppliers, buyers))
    _write_deliveries()
    _write_record([one for one in companies if one.status == "approved"])


def _companies() -> list:
    from matchmaker.companies.models import Company

    return list(Company.objects.order_by("pk"))


def _write_demands(buyers: list) -> list:
    from django.utils import timezone

    from matchmaker.catalogue.models import Demand, DemandLine

    now = timezone.now()
    demands = Demand.objects.bulk_create(
        (
            Demand(
                company=one,
                title=f"Rice for {one.legal_name}",
                language="en",
                status="published",
                published_at=now,
                closing_on=now.date() + (place % 60) * DAY,
            )
            for place, one in enumerate(buyers)
        ),
        batch_size=LOT,
    )
    return DemandLine.objects.bulk_create(
        (DemandLine(demand=one, number=1, text="jasmine rice", language="en") for one in demands), batch_size=LOT
    )


def _write_matches(lines: list) -> None:
    """Six for each line."""
    from matchmaker.catalogue.models import Product
    from matchmaker.matching.models import Match

    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    Match.objects.bulk_create(
        (
            Match(
                product_id=products[(place * 6 + number) % len(products)],
                line=line,
                score=0.5,
                probability=0.5,
                engine="benchmark",
                buyer_answer="interested" if number == 0 else "",
            )
            for place, line in enumerate(lines)
            for number in range(6)
        ),
        batch_size=LOT,
    )


def _write_enquiries(suppliers: list, buyers: list) -> list:
    """Two for each five companies: most are open, some wait, were declined or ran out."""
    from django.utils import timezone

    from matchmaker.messaging.models import Enquiry

    now = timezone.now()
    states = ["open"] * 6 + ["requested"] * 2 + ["declined", "expired"]
    answered = {"open", "declined"}
    count = (len(suppliers) + len(buyers)) * 2 // 5
    return Enquiry.objects.bulk_create(
        (
            Enquiry(
                supplier=suppliers[place % len(suppliers)],
                buyer=buyers[place % len(buyers)],
                asked_by="buyer",
                basis="request",
                subject="Rice",
                status=states[place % 10],
                delivered_at=now,
                answered_at=now if states[place % 10] in answered else None,
                touched_at=now,
            )
            for place in range(count)
        ),
        batch_size=LOT,
    )


def _write_deals(enquiries: list) -> None:
    from django.utils import timezone

    from matchmaker.messaging.models import DealStep

    now = timezone.now()
    DealStep.objects.bulk_create(
        (
            DealStep(
                enquiry=one,
                rung="order",
                amount=Decimal(10_000),
                currency="USD",
                happened_on=now.date(),
                said_by="supplier",
                said_at=now,
                answer="confirmed" if place % 2 else "",
                answered_by="buyer" if place % 2 else "",
                answered_at=now if place % 2 else None,
            )
            for place, one in enumerate(enquiries[::5])
        ),
        batch_size=LOT,
    )


def _write_deliveries() -> None:
    """Ten notices a person, all sent but one in a hundred, which is parked."""
    from django.utils import timezone

    from matchmaker.accounts.models import User
    from matchmaker.notifications.models import Delivery, Notice

    now = timezone.now()
    people = list(User.objects.filter(email__startswith="person"))
    notices = Notice.objects.bulk_create(
        (
            Notice(kind="matches_new", topic="matches", event_key=f"match:{number}", recipient=person)
            for person in people
            for number in range(10)
        ),
        batch_size=LOT,
    )
    Delivery.objects.bulk_create(
        (
            Delivery(
                notice=one,
                channel="email",
                state="sent" if place % 100 else "parked",
                not_before=now,
                finished_at=now,
            )
            for place, one in enumerate(notices)
        ),
        batch_size=LOT,
    )


def _write_record(approved: list) -> None:
    from django.utils import timezone

    from matchmaker.accounts.models import AuditEntry, User

    now, boss = timezone.now(), User.objects.get(email="boss@example.org")
    AuditEntry.objects.bulk_create(
        (
            AuditEntry(
                organisation=str(one.uid),
                actor=boss,
                verb="company_approved",
                object_kind="Company",
                object_uid=str(one.uid),
                at=now,
                digest=str(one.uid),
            )
            for one in approved
        ),
        batch_size=LOT,
    )


def write_fair() -> None:
    """An event of today with 10,000 meetings all day long; a third of its people are inside."""
    from django.utils import timezone

    from matchmaker.campaigns.models import Campaign
    from matchmaker.core import clocks
    from matchmaker.events.models import Attendee, Event, EventParticipation

    now, campaign = timezone.now(), Campaign.objects.get(slug="many")
    today = timezone.localdate(timezone=clocks.known_zone(clocks.CHINA))
    event = Event.objects.create(
        campaign=campaign,
        slug="fair",
        name={"en": "Fair", "zh-hans": "交易会"},
        starts_on=today,
        ends_on=today + DAY,
        opens_at="00:00",
        closes_at="23:59",
        tables=300,
        capacity=len(_companies()),
        status="published",
    )
    approved = [one for one in _companies() if one.status == "approved"][5000:11000]
    rows = EventParticipation.objects.bulk_create(
        EventParticipation(event=event, company=one, side=side(one), registered_at=now) for one in approved
    )
    Attendee.objects.bulk_create(
        Attendee(
            participation=row,
            name=f"Visitor {place}",
            code=f"V{place:09}",
            checked_in_at=now if place % 3 == 0 else None,
        )
        for place, row in enumerate(rows)
    )
    _write_meetings(event, approved)


def _write_meetings(event, companies: list) -> None:
    """Every slot has as many; a pair meets once, because blocks are turned by one from slot to slot."""
    from matchmaker.events.models import Event, Meeting, Wish

    event = Event.objects.get(pk=event.pk)  # with its times as times
    suppliers = [one for one in companies if one.is_supplier]
    buyers = [one for one in companies if one.is_buyer]
    meetings = []
    for number, slot in enumerate(event.slots()):
        first = number % (len(buyers) // AT_A_TIME) * AT_A_TIME
        for place in range(AT_A_TIME):
            supplier = suppliers[(first + (place + number) % AT_A_TIME) % len(suppliers)]
            buyer = buyers[first + place]
            meetings.append(Meeting(event=event, supplier=supplier, buyer=buyer, starts_at=slot, table=place + 1))
    Meeting.objects.bulk_create(meetings, batch_size=LOT)
    pairs = {(one.buyer_id, one.supplier_id) for one in meetings}
    Wish.objects.bulk_create(Wish(event=event, company_id=one, other_id=other, kind="would") for one, other in pairs)
