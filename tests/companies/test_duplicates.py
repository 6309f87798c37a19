"""Are these two companies one?"""

import csv
import io

import pytest
from django.db.models import Q
from django.urls import reverse

from benchmarks import duplicates as benchmark
from matchmaker.companies import services
from matchmaker.companies.duplicates import SAME, Identity, compare, domain
from matchmaker.companies.models import Company
from tests import factories


def of(*names, **fields):
    return Identity(names[0], names, **fields)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (of("Siam Rice Co., Ltd."), of("SIAM RICE CO LTD"), "name"),
        (of("Müller GmbH"), of("MULLER Gmbh & Co. KG"), "name"),
        (of("武汉良品铺子股份有限公司"), of("良品铺子"), "words"),
        (of("武漢良品鋪子股份有限公司"), of("武汉良品铺子有限公司"), "name"),
        (of("武汉良品铺子股份有限公司"), of("Wuhan Liangpin Puzi Co., Ltd."), "name"),
        (of("Ｓiemens AG"), of("Siemens"), "name"),  # full-width S (B19)
        (of("Siemеns AG"), of("Siemens"), "name"),  # Cyrillic е (B19)
        (of("Chargeurs Textiles SARL"), of("Chargeurs Textile SARL"), "spelling"),
        (of("A", country="CN", number="91420100MA4K"), of("B", country="CN", number="91420100MA4K"), "number"),
        (of("Old Name", hosts=("https://www.firm.co.th/en",)), of("New Name", hosts=("sales@firm.co.th",)), "domain"),
        (of("ADANI Ltd"), of("LINEV Systems", hosts=("http://www.adanisystems.com",)), "domain_name"),
    ],
)
def test_one_company_is_found_by(one, other, why):
    found = compare(one, other)
    assert (found.score >= SAME, found.why) == (True, why)
    assert compare(other, one).score == found.score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("Feitian Technologies Co., Ltd."), of("Tiandy Technologies Co., Ltd")),
        (of("Fort Security Doors Ltd"), of("Fort Engineering Ltd")),
        (of("China Import Export Corporation"), of("China Trading Company")),
        (of("One", hosts=("a@gmail.com",)), of("Two", hosts=("b@gmail.com",))),
        (of("湖北稻香米业有限公司"), of("湖北福满食品有限公司")),
    ],
)
def test_two_companies_stay_two(one, other):
    assert compare(one, other).score < SAME


@pytest.mark.parametrize(
    ("address", "registered"),
    [
        ("https://www.example.co.uk/path", "example.co.uk"),
        ("Sales@Shop.Example.com", "example.com"),
        ("http://www.udinfo.com%2Ctw", ""),
        ("someone@qq.com", ""),
        ("someone@vip.163.com", ""),
        ("someone@139.com", ""),
        ("someone@yahoo.co.uk", ""),
        ("someone@mail.yahoo.fr", ""),
        ("sales@shop.mill.in.th", "mill.in.th"),
        ("https://www.mill.bj.cn", "mill.bj.cn"),
        ("https://mill.web.id", "mill.web.id"),
        ("https://mill.firm.in", "mill.firm.in"),
        ("https://www.abb.ch", "abb.ch"),
        ("http://192.0.2.7/", ""),
        ("", ""),
    ],
)
def test_registered_domain_of_an_address(address, registered):
    assert domain(address) == registered


@pytest.mark.slow
def test_exhibitors_of_two_editions_reach_the_goal(capsys):
    figures = benchmark.main()
    assert figures["precision"] >= 0.95
    assert figures["recall"] >= 0.85


def test_pairs_of_the_benchmark_are_rows_of_its_data():
    text = (benchmark.ROOT / "data/eval-dev/exhibitors.csv").read_text(encoding="utf-8")
    names = {row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert {name for pair in benchmark.VARIANTS | benchmark.UNDECIDED for name in pair} <= names


@pytest.mark.django_db
def test_database_picks_what_is_worth_comparing():
    def registered(**names):
        row = factories.supplier(**names)
        row.name_key = services.name_key(row)
        row.save()
        return row

    names = {"legal_name": "บริษัท สยาม", "name_latin": "Siam Jasmine Mills Co., Ltd."}
    known = registered(**names, contact_email="a@siam.co.th")
    registered(legal_name="Andes Fruits S.A.", contact_email="b@andes.pe")
    new = registered(legal_name="SIAM JASMINE MILLS", contact_email="c@gmail.com")
    found = services.companies_alike(new, Company.objects.filter(Q(is_supplier=True)))
    assert [(row.pk, why.why) for row, why in found] == [(known.pk, "name")]


@pytest.mark.django_db
def test_console_shows_the_look_alike_and_why(client):
    campaign = factories.campaign()
    pair = [
        factories.supplier(legal_name=name, status="pending") for name in ("Andes Frutas SAC", "ANDES FRUTAS S.A.C.")
    ]
    for row in pair:
        row.name_key = services.name_key(row)
        row.save()
        row.participations.create(campaign=campaign, side="supplier")
    client.force_login(factories.organiser(campaign))
    page = client.get(reverse("console_company", args=[pair[0].uid])).text
    assert reverse("console_company", args=[pair[1].uid]) in page
    assert "same name" in page


@pytest.mark.django_db
def test_who_registers_a_known_supplier_is_shown_the_way_in_and_hears_of_no_buyer(client):
    known = factories.supplier(legal_name="Andes Frutas SAC")
    hidden = factories.buyer(legal_name="ANDES FRUTAS S.A.C.", country="PE")
    for row in (known, hidden):
        row.name_key = services.name_key(row)
        row.save()
    person = factories.user()
    factories.supplier(person, legal_name="Andes Frutas", status="draft")
    client.force_login(person)
    page = client.get(reverse("join_step", args=["supplier", 2])).text
    assert reverse("knock", args=[known.uid]) in page
    assert str(hidden.uid) not in page
