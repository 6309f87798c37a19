"""A program keeps in step: it misses no change, reads no row twice without need, and learns what left the list."""

import datetime as dt
from threading import Event, Thread

import pytest
from django.db import connections, transaction
from django.utils import timezone

from matchmaker.accounts import changes
from matchmaker.accounts.models import SyncedList
from matchmaker.campaigns.models import Participation
from matchmaker.catalogue import services
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from tests import factories

API = "/api/v1"
BEGINNING = "2000-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(changes, "LOOK_AGAIN", dt.timedelta(0))


class Program:
    """Holds the rows of a list, with the number of rows that were sent to it."""

    def __init__(self, api, path, since=BEGINNING, page_size=2):
        self.api, self.path, self.since, self.page_size = api, path, since, page_size
        self.rows, self.read, self.deleted = {}, 0, []

    def read_on(self):
        address, query = self.path, {"updated_since": self.since, "page_size": self.page_size}
        self.read, self.deleted = 0, []
        while address:
            answer = self.api.get(address, **query)
            assert answer.status_code == 200, answer.json()
            body, query = answer.json(), {}
            if body["from_start"]:
                self.rows.clear()
            for change in body["results"]:
                self.read += 1
                if change["deleted"]:
                    assert change == {"id": change["id"], "deleted": True, "row": None}
                    self.deleted.append(change["id"])
                    self.rows.pop(change["id"], None)
                else:
                    self.rows[change["id"]] = change["row"]
            self.since = body["cursor"]
            address = body["next"] and body["next"].removeprefix("http://testserver")
        return self


@pytest.mark.django_db
def test_what_is_new_changed_or_not_published_any_more_is_read_once(caller):
    person = factories.user()
    company = factories.supplier(person)
    first, second, third = (factories.product(company) for _ in range(3))
    program = Program(caller(), f"{API}/products/changes/").read_on()
    assert (set(program.rows), program.read) == ({str(p.uid) for p in (first, second, third)}, 3)
    assert program.read_on().read == 0
    services.save_product(by=person, company=company, product=first, origin="VN")
    services.withdraw_product(by=person, product=second)
    fourth = factories.product(company)
    program.read_on()
    assert (program.read, program.deleted) == (3, [str(second.uid)])
    assert program.rows[str(first.uid)]["origin"] == "VN"
    assert set(program.rows) == {str(p.uid) for p in (first, third, fourth)}
    services.publish_product(by=person, product=second)
    program.read_on()
    assert (program.read, program.rows[str(second.uid)]["status"]) == (1, "published")
    Product.objects.filter(pk=third.pk).delete()
    assert program.read_on().deleted == [str(third.uid)]


@pytest.mark.django_db
def test_rows_that_many_writers_changed_at_one_moment_are_all_read(caller):
    company = factories.supplier()
    products = [factories.product(company) for _ in range(5)]
    program = Program(caller(), f"{API}/products/changes/", page_size=2).read_on()
    Product.objects.update(updated_at=timezone.now())
    assert (program.read_on().read, len(program.rows)) == (len(products), len(products))


@pytest.mark.django_db
def test_a_row_with_an_older_time_than_what_was_read_is_read_too(caller):
    """As of a writer that began earlier and committed later, or of a server whose clock is slow."""
    company = factories.supplier()
    factories.product(company)
    program = Program(caller(), f"{API}/products/changes/").read_on()
    late = factories.product(company)
    Product.objects.filter(pk=late.pk).update(updated_at=timezone.now() - dt.timedelta(days=3))
    assert str(late.uid) in program.read_on().rows


@pytest.mark.django_db
def test_a_company_that_is_changed_or_suspended_changes_its_products(caller):
    company = factories.supplier(city="Hue")
    product = factories.product(company)
    program = Program(caller(), f"{API}/products/changes/").read_on()
    Company.objects.filter(pk=company.pk).update(city="Hanoi", updated_at=timezone.now())
    assert program.read_on().rows[str(product.uid)]["company"]["city"] == "Hanoi"
    Company.objects.filter(pk=company.pk).update(status="suspended")
    assert program.read_on().deleted == [str(product.uid)]


@pytest.mark.django_db
def test_a_file_that_comes_or_goes_changes_its_product(caller):
    person = factories.user()
    product = factories.product(factories.supplier(person))
    own, path = caller(person), f"{API}/products/{product.uid}/videos/"
    program = Program(caller(), f"{API}/products/changes/").read_on()
    made = own.send(path, {"address": "https://v.qq.com/x/page/abc.html", "words": "The harvest"})
    assert made.status_code == 201, made.json()
    assert len(program.read_on().rows[str(product.uid)]["videos"]) == 1
    own.post(f"{path}{made.json()['uid']}/remove/")
    assert program.read_on().rows[str(product.uid)]["videos"] == []


@pytest.mark.django_db
def test_a_demand_whose_day_is_over_and_one_that_became_private_leave_the_list(caller):
    buyer = factories.buyer()
    over, private, stays = (factories.demand(buyer, lines=1) for _ in range(3))
    program = Program(caller(), f"{API}/demands/changes/").read_on()
    Demand.objects.filter(pk=over.pk).update(closing_on=timezone.localdate() - dt.timedelta(days=1))
    Demand.objects.filter(pk=private.pk).update(visibility="private")
    assert program.read_on().deleted == [str(over.uid), str(private.uid)]
    assert set(program.rows) == {str(stays.uid)}


@pytest.mark.django_db
def test_a_supplier_that_leaves_the_campaign_leaves_the_list(caller):
    campaign = factories.campaign()
    company, other = factories.supplier(), factories.supplier()
    for row in (company, other):
        Participation.objects.get_or_create(campaign=campaign, company=row, side="supplier")
    program = Program(caller(), f"{API}/companies/changes/").read_on()
    assert set(program.rows) == {str(company.uid), str(other.uid)}
    Participation.objects.filter(company=company).delete()
    assert program.read_on().deleted == [str(company.uid)]


@pytest.mark.django_db
def test_nobody_reads_of_rows_that_were_never_in_her_list(caller):
    """Drafts, other people's rows, and which of them were deleted."""
    person, stranger = factories.user(), factories.user()
    company = factories.supplier(person)
    draft = factories.product(company, status="draft")
    own = Program(caller(person), f"{API}/products/mine/changes/").read_on()
    assert set(own.rows) == {str(draft.uid)}
    public = Program(caller(), f"{API}/products/changes/").read_on()
    other = Program(caller(stranger), f"{API}/products/mine/changes/").read_on()
    Product.objects.filter(pk=draft.pk).delete()
    assert own.read_on().deleted == [str(draft.uid)]
    for program in (public, other):
        assert (program.read_on().read, program.deleted, program.rows) == (0, [], {})
    stolen = Program(caller(stranger), f"{API}/products/mine/changes/", since=own.since).read_on()
    assert (stolen.read, stolen.rows) == (0, {})
    assert caller().get(f"{API}/products/mine/changes/", updated_since=BEGINNING).status_code == 401


@pytest.mark.django_db
def test_who_leaves_a_company_learns_that_its_rows_are_gone(caller):
    person = factories.user()
    company = factories.supplier(person)
    product = factories.product(company)
    program = Program(caller(person), f"{API}/products/mine/changes/").read_on()
    company.memberships.all().delete()
    assert program.read_on().deleted == [str(product.uid)]


@pytest.mark.django_db
def test_a_program_begins_at_a_time_and_reads_all_where_the_site_does_not_remember_it(caller):
    company = factories.supplier()
    factories.product(company)
    path = f"{API}/products/changes/"
    Program(caller(), path).read_on()
    moment = timezone.now().isoformat()
    later = factories.product(company)
    program = Program(caller(), path, since=moment).read_on()
    assert set(program.rows) == {str(later.uid)}
    SyncedList.objects.update(looked_at=timezone.now() - dt.timedelta(days=61))
    assert changes.forget_old() > 0
    assert len(program.read_on().rows) == 2  # an old cursor begins anew


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["", "yesterday", "9" * 32 + "-x", "z" * 32 + "-1", "1-2-3", "a" * 500])
def test_nonsense_is_refused_by_name(caller, since):
    answer = caller().get(f"{API}/products/changes/", updated_since=since)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "updated_since")
    answer = caller().get(f"{API}/products/changes/", updated_since=BEGINNING, colour="red")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "colour")


@pytest.mark.django_db
def test_many_rows_cost_as_many_queries_as_one(caller, django_assert_max_num_queries):
    company = factories.supplier()
    for _ in range(12):
        factories.product(company)
    api = caller()
    Program(api, f"{API}/products/changes/", page_size=50).read_on()
    Product.objects.update(updated_at=timezone.now())
    with django_assert_max_num_queries(30):
        api.get(f"{API}/products/changes/", updated_since=BEGINNING, page_size=50)


@pytest.mark.django_db
def test_a_list_that_is_longer_than_one_look_is_read_whole(caller, monkeypatch):
    monkeypatch.setattr(changes, "MOST_AT_ONCE", 3)
    company = factories.supplier()
    products = [factories.product(company) for _ in range(8)]
    program = Program(caller(), f"{API}/products/changes/", page_size=5).read_on()
    assert (program.read, set(program.rows)) == (8, {str(product.uid) for product in products})
    Company.objects.filter(pk=company.pk).update(status="suspended")
    assert len(program.read_on().deleted) == 8


@pytest.mark.django_db(transaction=True)
def test_what_another_connection_commits_late_is_not_missed(caller):
    """A writer begins first and commits last; a second writer commits in between, and the program reads in between."""
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    company = factories.supplier()
    slow, fast = factories.product(company), factories.product(company)
    program = Program(caller(), f"{API}/products/changes/").read_on()
    written, may_commit = Event(), Event()

    def write_slowly():
        with transaction.atomic():
            Product.objects.filter(pk=slow.pk).update(origin="VN", updated_at=timezone.now())
            written.set()
            may_commit.wait(20)
        connections.close_all()

    writer = Thread(target=write_slowly)
    writer.start()
    written.wait(20)
    Product.objects.filter(pk=fast.pk).update(origin="LA", updated_at=timezone.now())
    program.read_on()
    assert (program.read, program.rows[str(fast.uid)]["origin"]) == (1, "LA")
    may_commit.set()
    writer.join()
    program.read_on()
    assert (program.read, program.rows[str(slow.uid)]["origin"]) == (1, "VN")


@pytest.mark.django_db(transaction=True)
def test_programs_that_read_at_once_get_the_same_numbers(caller):
    company = factories.supplier()
    products = [factories.product(company) for _ in range(6)]
    programs = [Program(caller(), f"{API}/products/changes/", page_size=50) for _ in range(3)]

    def read(program):
        program.read_on()
        connections.close_all()

    threads = [Thread(target=read, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for program in programs:
        assert len(program.rows) == len(products)
        assert program.read_on().read == 0
    assert SyncedList.objects.get().last_number == len(products)
