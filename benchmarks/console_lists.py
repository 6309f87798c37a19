"""What the organiser's lists cost with many companies, in CPU milliseconds a page, on SQLite.

    python benchmarks/console_lists.py [--companies 50000] [--database /path/to/file.sqlite3]

A campaign is written into a database of its own: suppliers and buyers in five states, one in ten with people, a third
invited, tags, products and demand lines, an event with a tenth of the companies. Each page is opened once to warm up
and then five times; the middle value of CPU time and its number of queries are printed. A database that exists is used
as it is.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMES = 5
COUNTRIES = ["TH", "VN", "FR", "IT", "BR", "CN", "DE", "KE", "PE", "TR"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--database", type=Path)
    return parser.parse_args()


def write(count: int) -> None:
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
        starts_on=now.date() - timedelta(days=90),
        ends_on=now.date() + timedelta(days=90),
        is_current=True,
    )
    boss = User.objects.create(email="boss@example.org", name="Boss")
    Organiser.objects.create(campaign=campaign, user=boss, role="admin")
    states = ["approved"] * 6 + ["pending"] * 2 + ["draft", "returned"]
    companies = Company.objects.bulk_create(
        (
            Company(
                legal_name=f"Company {number} Co., Ltd.",
                name_latin=f"Company {number}",
                country=COUNTRIES[number % 10],
                is_supplier=number % 3 != 0,
                is_buyer=number % 3 == 0,
                status=states[number % 10],
                submitted_at=now - timedelta(minutes=number),
                contact_email=f"office{number}@example.org",
                verification=number % 4,
            )
            for number in range(count)
        ),
        batch_size=5000,
    )

    def side(company: Company) -> str:
        return "supplier" if company.is_supplier else "buyer"

    Participation.objects.bulk_create(
        (Participation(campaign=campaign, company=one, side=side(one)) for one in companies), batch_size=5000
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
                expires_at=now + timedelta(days=30),
            )
            for one in companies[1::3]
        ),
        batch_size=5000,
    )
    CompanyInvitation.objects.bulk_create(
        (CompanyInvitation(campaign=campaign, invitation=offer) for offer in offers), batch_size=5000
    )
    tag = Tag.objects.create(campaign=campaign, name="fair")
    CompanyTag.objects.bulk_create(CompanyTag(tag=tag, company=one) for one in companies[::20])
    category = Category.objects.order_by("pk").first() or Category.objects.create(
        code="AGRI-01", name={"en": "Rice", "zh-hans": "大米"}
    )
    Product.objects.bulk_create(
        (Product(company=one, category=category, status="published", published_at=now) for one in companies[1::3]),
        batch_size=5000,
    )
    event = Event.objects.create(
        campaign=campaign,
        slug="hall",
        name={"en": "Hall", "zh-hans": "大厅"},
        starts_on=now.date() + timedelta(days=9),
        ends_on=now.date() + timedelta(days=10),
        capacity=count,
        status="published",
    )
    coming = [one for one in companies if one.status == "approved"][: count // 10]
    EventParticipation.objects.bulk_create(
        EventParticipation(event=event, company=one, side=side(one), registered_at=now) for one in coming
    )
    EventInvitation.objects.bulk_create(EventInvitation(event=event, company=one) for one in companies[::7])


LIST = "/console/companies/"
PAGES = {
    "companies": LIST,
    "companies, last page": f"{LIST}?page=9999",
    "companies, name": f"{LIST}?q=company+4711",
    "companies, side": f"{LIST}?side=buyer",
    "companies, country": f"{LIST}?country=TH",
    "companies, category": f"{LIST}?category={{category}}",
    "companies, evidence": f"{LIST}?level=2",
    "companies, tag": f"{LIST}?tag={{tag}}",
    "companies, has an account": f"{LIST}?invitation=account",
    "companies, invited": f"{LIST}?invitation=invited",
    "companies, not invited": f"{LIST}?invitation=none",
    "companies, event": f"{LIST}?event=hall",
    "companies, no wishes": f"{LIST}?event=hall&answer=no_wishes",
    "companies, not at the event": f"{LIST}?event=hall&answer=not_invited",
    "companies, to approve": f"{LIST}?status=pending",
    "work list": "/console/",
    "invitations": "/console/companies/invitations/",
    "participants": "/console/events/hall/participants/",
    "event's invitations": "/console/events/hall/invitations/",
}


def measure() -> None:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from matchmaker.accounts.models import User
    from matchmaker.campaigns.models import Tag
    from matchmaker.catalogue.models import Product

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(email="boss@example.org"))
    names = {"tag": Tag.objects.get().uid, "category": Product.objects.values_list("category", flat=True).first()}
    addresses = {**PAGES, "invitations": reverse("console_invitations")}
    print(f"{'page':<30} {'CPU ms':>8} {'queries':>8}")
    for name, address in addresses.items():
        url = address.format(**names)
        answer = client.get(url)
        if answer.status_code != 200:
            sys.exit(f"{url} answered {answer.status_code}")
        spent = []
        for _time in range(TIMES):
            cache.clear()
            start = time.process_time()
            client.get(url)
            spent.append((time.process_time() - start) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        print(f"{name:<30} {statistics.median(spent):>8.0f} {len(queries):>8}", flush=True)


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "lists.sqlite3"
        new = not path.exists()
        os.environ["DATABASE_URL"] = f"sqlite:///{path}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command

        django.setup()
        if new:
            call_command("migrate", verbosity=0)
            write(options.companies)
        measure()


if __name__ == "__main__":
    main()
