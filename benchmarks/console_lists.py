"""How long the organiser's pages take with many companies, on SQLite or on PostgreSQL.

    python benchmarks/console_lists.py [--companies 50000] [--database /path/to/file.sqlite3]
    python benchmarks/console_lists.py --url postgresql://postgres@127.0.0.1:5432/lists

A campaign is written into a database of its own: suppliers and buyers in five states, one in ten with people, a third
invited, tags, products, an event with a tenth of the companies, and actions on all of them. Each page is opened twice
to warm up and then 40 times with an empty shared cache (the report with a full one); p50 and p95 of the time in the
process and the database together, CPU of the process alone, and the number of queries are printed. A database that has
companies is used as it is.
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
TIMES = 40
COUNTRIES = ["TH", "VN", "FR", "IT", "BR", "CN", "DE", "KE", "PE", "TR"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--database", type=Path)
    parser.add_argument("--url", help="address of an empty PostgreSQL database")
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
    "invitations": "/console/invitations/",
    "invite those never invited": "/console/invitations/new/",
    "demands": "/console/demands/",
    "enquiries": "/console/enquiries/",
    "matching": "/console/matching/",
    "partners": "/console/partners/",
    "obstacles": "/console/obstacles/",
    "delivery": "/console/delivery/",
    "record": "/console/record/",
    "answers": "/console/questions/answers/",
    "campaigns": "/console/campaigns/",
    "take companies over": "/console/campaigns/many/companies/",
    "actions on many": "/console/bulk/",
    "report (counted before)": "/console/outcomes/",
    "event, results": "/console/events/hall/results/",
    "event, the day": "/console/events/hall/today/",
    "event, meetings": "/console/events/hall/meetings/",
    "event, plans": "/console/events/hall/plan/",
    "participants": "/console/events/hall/participants/",
    "event's invitations": "/console/events/hall/invitations/",
}


def measure() -> None:
    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST="localhost")
    client.force_login(get_user_model().objects.get(email="boss@example.org"))
    print(f"{'page':<34} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8}")
    for name, url in pages(client).items():
        for _warm in range(2):
            answer = client.get(url)
            if answer.status_code != 200:
                sys.exit(f"{url} answered {answer.status_code}")
        walls, spent = [], []
        for _time in range(TIMES):
            if "report" not in name:
                cache.clear()
            began, start = time.perf_counter(), time.process_time()
            client.get(url)
            walls.append((time.perf_counter() - began) * 1000)
            spent.append((time.process_time() - start) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        p95 = statistics.quantiles(walls, n=20)[-1]
        figures = f"{statistics.median(walls):>8.0f} {p95:>8.0f} {statistics.median(spent):>8.0f} {len(queries):>8}"
        print(f"{name:<34} {figures}", flush=True)


def pages(client) -> dict[str, str]:
    """The address of each page by its name; actions on all companies are prepared and timed on the way."""
    from django.urls import reverse

    from matchmaker.campaigns.models import BulkAction, Tag
    from matchmaker.catalogue.models import Product

    names = {"tag": Tag.objects.get().uid, "category": Product.objects.values_list("category", flat=True).first()}
    found = {name: address.format(**names) for name, address in PAGES.items()}
    for verb in ("approve", "announce"):
        began = time.perf_counter()
        answer = client.post(reverse("console_bulk_new"), {"verb": verb, "all": "1", "query": ""})
        seconds = time.perf_counter() - began
        action = BulkAction.objects.latest("pk")
        print(f"{verb} for {action.items.count()} companies is prepared in {seconds:.1f} s")
        found[f"{verb}: look at it first"] = answer.url
    return found


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        path = options.database or Path(folder) / "lists.sqlite3"
        os.environ["DATABASE_URL"] = options.url or f"sqlite:///{path}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        from matchmaker.companies.models import Company

        if not Company.objects.exists():
            write(options.companies)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # as PostgreSQL does by itself some minutes after many rows were written
        measure()


if __name__ == "__main__":
    main()
