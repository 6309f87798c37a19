"""A list of 500 exhibitors as organisers get it: what is readable comes in, what is not is named."""

import re

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import CompanyTag, Participation
from matchmaker.catalogue.country_names import country_code
from matchmaker.companies.duplicates import Identity, alike
from matchmaker.companies.models import Company, Membership
from matchmaker.imports import services
from matchmaker.imports.columns import Reader
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import
from tests import factories
from tests.imports import fair_lists
from tests.imports.sheets import applied, as_csv, as_xlsx, opened, outcome, previewed

pytestmark = pytest.mark.django_db
HEAD = [
    "Company name",
    "Country",
    "Website",
    "E-mail",
    "Tel.",
    "Year established",
    "Staff",
    "Products",
    "Tags",
    "Notes",
]


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def team(campaign):
    return factories.organiser(campaign)


def listed(team, campaign, *rows, **more):
    batch = previewed(by=team, campaign=campaign, kind="suppliers", content=as_csv([HEAD, *rows]), **more)
    return applied(by=team, batch=batch)


def test_at_most_one_row_in_twenty_of_a_fair_list_is_refused(campaign, team):
    rows = fair_lists.rows()
    content = as_csv([fair_lists.TITLE, fair_lists.HEAD, *rows])
    batch = previewed(by=team, campaign=campaign, content=content, kind="suppliers")
    assert batch.total == 500
    useless = {int(row[0]) for row in rows if not row[1] or row[2] in ("Atlantis", "worldwide")}
    refused = {int(row.raw[0]) for row in batch.rows.filter(action="reject")}
    assert refused == useless
    assert len(refused) <= 25
    # Every cell that was left empty is one that says something we cannot read, and its sentence stands there.
    for row in batch.rows.filter(problems__isnull=False).exclude(action="reject"):
        for name, sentence in row.problems.items():
            cell = row.raw[batch.mapping[name]]
            assert cell.strip(), (name, row.raw)
            assert sentence
            assert not row.values[name], (name, cell, row.values[name])
    applied(by=team, batch=batch)
    assert outcome(batch)["rejected"] == len(useless)
    for row in batch.rows.filter(action="create"):
        number = int(row.raw[0])
        assert row.values["country"] == country_code(fair_lists.PLACES[number % len(fair_lists.PLACES)][0][0])
    # No telephone number stays in a name, where every letter would say it.
    assert not [name for name in Company.objects.values_list("legal_name", flat=True) if re.search(r"\d{3}", name)]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("founded", "since 1998", 1998),
        ("founded", "1998年", 1998),
        ("founded", "12.05.2001", 2001),
        ("founded", "2541 BE", 1998),
        ("founded", "พ.ศ. 2541", 1998),
        ("size", "120", "50-249"),
        ("size", "50-100", "50-249"),
        ("size", "约200人", "50-249"),
        ("size", "1,200 employees", "1000+"),
        ("contact_phone", "Tel: +66 44 511 222 / Fax +66 44 511 999", "+66 44 511 222"),
        ("contact_email", "sales[at]mill.example", "sales@mill.example"),
        ("website", "www.mill.example / www.rice.example", "https://www.mill.example"),
        ("website", "n/a", ""),
        ("contact_email", "无", ""),
        ("city", "—", ""),
        ("country", "NA", "NA"),  # Namibia
        ("tags", "organic; new，organic", ["organic", "new"]),
    ],
)
def test_a_cell_is_read_as_people_type_it(column, cell, value):
    by_name = {one.name: one for one in KINDS["suppliers"].columns}
    read, problem, _note = Reader(by_name[column])[cell]
    assert (read, problem) == (value, "")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("founded", "long ago"),
        ("founded", "2541"),  # no era: a year to come, or of another calendar
        ("founded", "1998 / 2004"),
        ("size", "20-400"),  # two bands
        ("size", "family"),
        ("contact_phone", "0086-"),
        ("contact_email", "ana at mill"),
    ],
)
def test_a_cell_that_can_mean_two_things_is_not_guessed(column, cell):
    by_name = {one.name: one for one in KINDS["suppliers"].columns}
    read, problem, _note = Reader(by_name[column])[cell]
    assert not read
    assert problem


def test_what_a_list_says_beside_the_company_has_its_place(campaign, team, client):
    row = [
        "Surin Mill",
        "泰国 Thailand",
        "",
        "a@mill.example",
        "",
        "",
        "",
        "rice; rice noodles",
        "organic, VIP",
        "call in May",
    ]
    batch = listed(team, campaign, row)
    company = Company.objects.get()
    part = Participation.objects.get(company=company)
    assert (part.listed_goods, part.team_note) == ("rice; rice noodles", "call in May")
    assert {use.tag.name for use in CompanyTag.objects.filter(company=company)} == {"organic", "VIP"}
    # The team reads all of it; the company is offered its goods and reads neither the note nor the tags.
    client.force_login(team)
    page = client.get(reverse("console_company", args=[company.uid])).content.decode()
    assert "call in May" in page
    assert "rice; rice noodles" in page
    Company.objects.update(status=Company.Status.APPROVED)
    administrator = factories.user()
    Membership.objects.create(company=company, user=administrator, role=Membership.Role.ADMIN)
    client.force_login(administrator)
    page = client.get(reverse("supplier_product_new")).content.decode()
    assert "?name=rice%20noodles" in page
    assert "call in May" not in page
    form = client.get(f"{reverse('supplier_product_new')}?name=rice%20noodles").content.decode()
    assert 'value="rice noodles"' in form
    # The same list again, with a note: what stands there stays.
    listed(team, campaign, [*row[:-1], "another note"])
    part.refresh_from_db()
    assert part.team_note == "call in May"
    assert batch.created == 1


def test_the_note_of_the_team_is_written_on_the_company_s_page(campaign, team, client):
    listed(team, campaign, ["Surin Mill", "TH", *[""] * 8])
    company = Company.objects.get()
    client.force_login(team)
    address = reverse("console_company_tags", args=[company.uid])
    client.post(address, {"tags": "new", "note": "Wants a stand\r\nnear the entrance"})
    assert Participation.objects.get().team_note == "Wants a stand\nnear the entrance"
    client.post(address, {"tags": "new", "note": "x" * 2001})
    assert Participation.objects.get().team_note == "Wants a stand\nnear the entrance"
    stranger = factories.organiser(factories.campaign(slug="other", is_current=False))
    client.force_login(stranger)
    assert client.post(address, {"tags": "", "note": "mine now"}).status_code == 404
    assert Participation.objects.get().team_note.startswith("Wants")


def test_every_sheet_of_a_workbook_comes_in_from_one_file(campaign, team, client):
    def prepare(book):
        book.active.title = "Hall 1"
        other = book.create_sheet("Hall 2")
        for row in (HEAD, ["Nakhon Durian", "TH", *[""] * 8]):
            other.append(row)
        book.create_sheet("Secret").sheet_state = "hidden"

    content = as_xlsx([HEAD, ["Surin Mill", "TH", *[""] * 8]], prepare)
    batch = previewed(by=team, campaign=campaign, kind="suppliers", content=content, name="halls.xlsx")
    assert services.other_sheets(batch) == ["Hall 2"]
    client.force_login(team)
    page = client.get(reverse("import", args=[batch.uid])).content.decode()
    assert "Hall 2" in page
    client.post(reverse("import_sheet", args=[batch.uid]), {"sheet": "Secret"})
    client.post(reverse("import_sheet", args=[batch.uid]), {"sheet": "Hall 2"})
    client.post(reverse("import_sheet", args=[batch.uid]), {"sheet": "Hall 2"})  # sent twice, begun once
    assert Import.objects.count() == 2
    services.work_waiting()
    applied(by=team, batch=batch)
    other = Import.objects.exclude(pk=batch.pk).get()
    services.map_columns(by=team, batch=other, mapping=other.mapping, defaults={}, publish=False)
    services.work_waiting()
    other.refresh_from_db()
    applied(by=team, batch=other)
    assert set(Company.objects.values_list("legal_name", flat=True)) == {"Surin Mill", "Nakhon Durian"}


def test_a_workbook_opened_by_a_stranger_begins_no_list(campaign, team, client):
    batch = opened(by=team, campaign=campaign, kind="suppliers", content=as_xlsx([HEAD]), name="halls.xlsx")
    client.force_login(factories.user())
    assert client.post(reverse("import_sheet", args=[batch.uid]), {"sheet": "Sheet"}).status_code == 404
    assert Import.objects.count() == 1


def test_names_alone_do_not_make_companies_of_two_countries_one():
    morocco = Identity(1, ("Domaine Sol Export 1", "日出茶业1"), "MA")
    poland = Identity(2, ("Sad Luna Foods 14", "日出茶业14"), "PL")
    assert alike(poland, [morocco]) == []
    assert alike(Identity(3, ("Domaine Sol Export",), "PL"), [Identity(4, ("Domaine Sol Export",), "MA")]) == []
    twin = Identity(5, ("DOMAINE  SOL EXPORT 1",), "MA")
    assert [found.key for found in alike(twin, [morocco, poland])] == [1]
    sister = Identity(6, ("Something else",), "PL", hosts=("https://sol.example",))
    assert alike(sister, [Identity(7, ("Domaine Sol",), "MA", hosts=("https://sol.example",))])


def test_the_surest_likeness_is_asked_about_first_with_every_name_that_was_compared(campaign, team, client):
    factories.take_part(campaign, factories.supplier(legal_name="Domaine Sol", name_zh="日出茶业", country="MA"))
    head = ["Company name", "Chinese name", "Country"]
    rows = [["Domaine Sol Kasbah", "卡斯巴茶业", "MA"], ["Domaine  Sol SARL", "", "MA"]]
    batch = previewed(by=team, campaign=campaign, kind="suppliers", content=as_csv([head, *rows]))
    assert batch.undecided == 2
    client.force_login(team)
    page = client.get(reverse("import", args=[batch.uid])).content.decode()
    assert "Domaine Sol · 日出茶业" in page
    assert page.index("Domaine Sol SARL") < page.index("Domaine Sol Kasbah · 卡斯巴茶业")
