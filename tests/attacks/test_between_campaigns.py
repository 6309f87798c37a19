"""Against a site in production settings: what the people of one campaign read and write of another one."""

import csv
import datetime as dt
import difflib
import html
import http.server
import io
import json
import re
import threading

import pytest

from tests.attacks.site import PASSWORD, Answer, wait_until

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]
HIDDEN_NUMBER, FREE_NUMBER = "91310115MAXWRCKR42", "91440300MA5DCWXU33"
PREPARE = """
import datetime as dt
from django.utils import timezone
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.models import Campaign

def of(campaign, row):
    factories.take_part(campaign, row)
    return row

first = Campaign.objects.filter(is_current=True).first() or factories.campaign()
rival = factories.campaign(slug="rival-market", name={"en": "Rival market"}, is_current=False)
next_year = factories.campaign(slug="next-market", name={"en": "Next market"}, is_current=False)
for name, campaign, role in (
    ("chief", rival, "admin"), ("team", rival, "organiser"), ("leaver", rival, "organiser"),
    ("gate", first, "staff"), ("gate", next_year, "admin"), ("both", first, "organiser"), ("both", next_year, "admin"),
):
    from matchmaker.accounts.models import User
    email = f"{name}@between.example.org"
    row = User.objects.filter(email=email).first() or person(email)
    campaign.organisers.create(user=row, role=role)

# Campaign A. What begins with "Zmarker" is typed by nobody of campaign B.
empty = {"website": "", "contact_email": "", "contact_wechat": "", "contact_phone": "", "name_latin": "", "city": ""}
listed = of(first, factories.supplier(legal_name="Listed Only Mills Ltd", country="TH", **empty))
listed.memberships.all().delete()
public = of(first, factories.supplier(person("public@between.example.org"), legal_name="Public Mill Ltd", **{
    **empty, "about": "Zmarker about"}))
waits = of(first, factories.supplier(
    legal_name="Zmarker Cooperativa Valle Alto", country="PE", status="pending", website="https://vallealto.example"))
buyer = of(first, factories.buyer(person("buyer@between.example.org"), legal_name="Zmarker Tinglan Coffee", **{
    **empty, "city": "Zmarker City", "website": "https://www.tinglan-coffee.example", "identifier_kind": "uscc",
    "identifier": given["hidden"]}))
named = of(first, factories.buyer(legal_name="Wuhan Named Buyer Ltd", **{**empty, "contact_name": "Zmarker Wang"}))
product = factories.product(public, name="Public rice", description="Zmarker description", article="A-1")
demand = factories.demand(named, title="Rice of Wuhan", lines=1, description="Zmarker demand")
demand.lines.update(text="Jasmine rice of Wuhan")
# Campaign B has a company of each side of its own.
of(rival, factories.supplier(legal_name="Rival Own Mill", country="TH", **{**empty, "identifier": ""}))
of(rival, factories.buyer(legal_name="Rival Own Buyer", country="CN", city=""))
person("newcomer@example.org")
asker = person("asker@between.example.org")
of(first, factories.supplier(asker, legal_name="Asker Mill"))
_token, out["key"] = create_token(by=asker, name="asks", scopes=["read"])
leaver = User.objects.get(email="leaver@between.example.org")
out |= {"listed": listed.uid, "public": public.uid, "leaver": leaver.uid}
out["uids"] = [row.uid for row in (listed, public, waits, buyer, named, product, demand)]
"""
STATE = """
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.catalogue.models import Demand, DemandLine, Product, ProductText
from matchmaker.companies.models import Company, Invitation, ListedFields, Membership
from matchmaker.notifications.models import Notice

rows = Company.objects.filter(campaigns__slug__in=given["campaigns"]).distinct()
out["companies"] = list(rows.order_by("pk").values())
out["people"] = list(Membership.objects.filter(company__in=rows).order_by("pk").values())
out["listed"] = list(ListedFields.objects.filter(company__in=rows).values())
out["products"] = list(Product.objects.filter(company__in=rows).order_by("pk").values())
out["texts"] = list(ProductText.objects.filter(product__company__in=rows).order_by("pk").values())
out["demands"] = list(Demand.objects.filter(company__in=rows).order_by("pk").values())
out["lines"] = list(DemandLine.objects.filter(demand__company__in=rows).order_by("pk").values())
out["filled"] = Notice.objects.filter(kind="company_filled", about__in=rows.values("uid")).count()
out["shared"] = Participation.objects.filter(company__in=rows).exclude(campaign__slug__in=given["campaigns"]).count()
"""
FIRST = """
from matchmaker.campaigns.models import Campaign
out["slug"] = Campaign.objects.get(is_current=True).slug
"""
# column of the site → what stands in the row, for each kind of file; the last row is of campaign B itself.
COMPANY_COLUMNS = (
    *("legal_name", "country", "contact_email", "website", "contact_wechat", "identifier", "city"),
    *("name_latin", "contact_phone"),
)
FILES = {
    "suppliers": (
        COMPANY_COLUMNS,
        [
            ("Listed Only Mills Ltd", "TH", "newcomer@example.org", "https://www.example.org", "", "", "", "", ""),
            (
                "Public Mill Ltd",
                "TH",
                "newcomer@example.org",
                "https://evil.example",
                "evil",
                "",
                "Evil",
                "Evil",
                "+66 44 511 234",
            ),
            ("Valle Alto S.A.", "PE", "", "https://www.vallealto.example", "evil", "", "Lima", "", ""),
            ("Rival Own Mill", "TH", "", "", "", "", "Chiang Rai", "", ""),
        ],
    ),
    "buyers": (
        COMPANY_COLUMNS,
        [
            ("Any name at all", "CN", "", "", "evil-wechat", HIDDEN_NUMBER, "", "", "+86 27 8888 8888"),
            ("Another coffee", "CN", "", "https://www.tinglan-coffee.example", "evil-wechat2", "", "", "", ""),
            ("Wuhan Named Buyer Ltd", "CN", "newcomer@example.org", "https://evil.example", "evil", "", "", "Evil", ""),
            ("Rival Own Buyer", "CN", "", "", "", "", "Wuhan", "", ""),
        ],
    ),
    "products": (
        ("company", "name", "article", "price_low", "currency", "price_unit", "origin"),
        [
            ("Public Mill Ltd", "Public rice", "A-1", "0.01", "USD", "kg", "TH"),
            ("{public}", "Public rice", "A-1", "0.01", "USD", "kg", "TH"),
            ("Rival Own Mill", "Rice of the rival", "R-1", "0.95", "USD", "kg", "TH"),
        ],
    ),
    "demands": (
        ("company", "title", "text", "quantity", "unit", "closing_on"),
        [
            ("Wuhan Named Buyer Ltd", "Rice of Wuhan", "Jasmine rice of Wuhan", "1", "t", "{soon}"),
            (HIDDEN_NUMBER, "Rice of Wuhan", "Jasmine rice of Wuhan", "1", "t", "{soon}"),
            ("Rival Own Buyer", "Rice of the rival", "Broken rice", "20", "t", "{soon}"),
        ],
    ),
}


@pytest.fixture(scope="module")
def world(production_site) -> dict:
    """Uids of companies of the first campaign, which people of a rival campaign attack."""
    made = production_site.run(PREPARE, hidden=HIDDEN_NUMBER)
    return {**made, "soon": (dt.date.today() + dt.timedelta(days=60)).isoformat()} | production_site.run(FIRST)


@pytest.fixture(scope="module")
def team(production_site, world):
    return production_site.sign_in("team@between.example.org", address="198.51.100.60")


def sheet(columns, rows, world) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([columns, *[[cell.format(**world) for cell in row] for row in rows]])
    return out.getvalue().encode()


def followed(visitor, path: str) -> tuple[str, Answer]:
    """A page and its path, after redirects: pages of a campaign beside the first one have its prefix."""
    answer = visitor.get(path)
    while answer.status == 302:
        path = answer.headers["Location"].removeprefix(visitor.origin)
        answer = visitor.get(path)
    return path, answer


def after_work(visitor, address: str) -> str:
    """The page of an import once no worker is at it."""

    def look():
        page = visitor.get(address).text
        return "" if 'class="job is-' in page else page

    return wait_until(look, 120, f"{address} is still under way")


def brought_in(visitor, kind: str, world, columns, rows) -> tuple[str, str, list[str]]:
    """An import from the file to its end: its address, its last page, and every page that it showed."""
    page = f"/imports/new/team/{kind}/"
    answer = visitor.post(page, files={"file": ("list.csv", sheet(columns, rows, world))})
    assert answer.status == 302, answer.text[:3000]
    address, _page = followed(visitor, answer.headers["Location"])
    shown = [after_work(visitor, address)]
    places = {f"at_{name}": str(place) for place, name in enumerate(columns)}
    assert visitor.post(address + "columns/", places, form_at=address).status == 302
    shown.append(after_work(visitor, address))
    shown.append(visitor.get(address + "refused.csv").text)
    assert visitor.post(address + "apply/", form_at=address).status == 302
    last = after_work(visitor, address)
    shown += [last, visitor.get(address + "refused.csv").text, followed(visitor, "/imports/")[1].text]
    return address, last, shown


def figures(page: str) -> dict[str, int]:
    """The numbers of an import's last page: new, changed, already here, refused."""
    pairs = re.findall(r"<dt>\s*([^<]+?)\s*</dt>\s*<dd>\s*(\d+)\s*</dd>", page)
    return {label: int(number) for label, number in pairs}


@pytest.mark.parametrize("kind", FILES)
def test_x1_a_list_of_one_campaign_changes_and_shows_nothing_of_another_one(production_site, world, team, kind):
    campaigns = [world["slug"]]
    before = production_site.run(STATE, campaigns=campaigns)
    columns, rows = FILES[kind]
    _address, last, shown = brought_in(team, kind, world, columns, rows)
    assert production_site.run(STATE, campaigns=campaigns) == before
    for page in shown:
        assert "Zmarker" not in page
        typed = [cell.format(**world) for row in rows for cell in row]
        assert [uid for uid in world["uids"] if uid in page and uid not in typed] == []
    counted = figures(last)
    assert sum(counted.values()) == len(rows)  # each row is accounted for, and the one of the own company came in
    own = "changed" if kind in ("suppliers", "buyers") else "new"
    assert counted[own] >= 1
    if kind in ("products", "demands"):
        assert (counted["new"], counted["refused"]) == (1, 2)
        assert "No company of the campaign on this side has this name or number." in html.unescape(shown[1])
    else:
        assert counted["changed"] == 1
        assert "registered on this site already, outside your campaign" in html.unescape(shown[1])


def test_x1_an_address_that_a_list_of_another_campaign_named_opens_no_company(production_site, world, team):
    columns, rows = FILES["suppliers"]
    brought_in(team, "suppliers", world, columns, rows)
    newcomer = production_site.sign_in("newcomer@example.org", address="198.51.100.61")
    path = f"/companies/{world['listed']}/claim/"
    answer = newcomer.post(path, {"evidence": "I am its director, call our public number."})
    assert (answer.status, answer.headers["Location"]) == (302, "/companies/")  # it waits for the team of campaign A
    left = production_site.run("""
from matchmaker.companies.models import Claim, Membership
out["members"] = Membership.objects.filter(company__uid=given["uid"]).count()
out["claims"] = list(Claim.objects.filter(company__uid=given["uid"]).values_list("status", flat=True))
""", uid=world["listed"])  # fmt: skip
    assert left == {"members": 0, "claims": ["open"]}


class Outside(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.body
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_x1_a_feed_of_one_campaign_writes_no_demand_of_a_buyer_of_another_one(production_site, world, team):
    line = {"id": "1", "text": "Jasmine rice of Wuhan"}
    names = ["Wuhan Named Buyer Ltd", HIDDEN_NUMBER, "Rival Own Buyer"]
    rows = [
        {"id": str(n), "company": name, "title": "Rice of Wuhan", "closing_on": world["soon"], "lines": [line]}
        for n, name in enumerate(names)
    ]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", production_site.outside_port), Outside)
    server.body = json.dumps(rows).encode()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before = production_site.run(STATE, campaigns=[world["slug"]])
    try:
        url = f"http://127.0.0.1:{production_site.outside_port}/feed.json"
        production_site.run("""
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.imports import services
team = User.objects.get(email="team@between.example.org")
rival = Campaign.objects.get(slug="rival-market")
out["feed"] = services.save_feed(by=team, campaign=rival, name="rival", url=given["url"], hours=6, publish=False).uid
""", url=url)  # fmt: skip
        state = """
from matchmaker.imports.models import FeedLine
feeds = FeedLine.objects.filter(feed__name="rival")
out["buyers"] = sorted(feeds.values_list("line__demand__company__legal_name", flat=True))
"""
        written = wait_until(lambda: production_site.run(state)["buyers"], 180, "the feed was not read")
    finally:
        server.shutdown()
        server.server_close()
    assert written == ["Rival Own Buyer"]
    assert production_site.run(STATE, campaigns=[world["slug"]]) == before
    feed = re.search(r"/imports/feeds/[0-9a-f-]{36}/", followed(team, "/imports/")[1].text)[0]
    shown = followed(team, feed)[1].text
    assert ("rival" in shown, "Zmarker" in shown) == (True, False)


def without(text: str, *changing: str) -> list[str]:
    """The lines of a page's main part, or of an answer, without what differs each time it is made."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "", text)
    text = text[text.find("<main") :] if "<main" in text else text
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)?", "", text)
    for one in changing:
        text = text.replace(one, "NUMBER")
    return [line.strip() for line in text.splitlines() if line.strip()]


def differences(one: list[str], other: list[str]) -> list[str]:
    return list(difflib.unified_diff(one, other, lineterm="", n=0))


def seen_after_asking(production_site, email: str, number: str, address: str) -> list[str]:
    """What a person who asks to join by a number reads afterwards: pages, notices, and the copy of her data."""
    visitor = production_site.sign_in(email, address=address)
    given = {"country": "CN", "kind": "uscc", "number": number}
    answer = visitor.post("/companies/join/", given, form_at="/join/")
    assert (answer.status, answer.headers["Location"]) == (302, "/companies/")
    shown = [visitor.get(path).text for path in ("/companies/", "/notices/", "/account/", "/companies/")]
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    copy = json.loads(visitor.get("/account/data/copy/").text)
    shown.append(json.dumps(copy["rows"]["companies.JoinRequest.user"]))
    shown.append(json.dumps(sorted(copy["rows"])))
    lines = [line for text in shown for line in without(text, number, email)]
    return [re.sub(r'"(id|key|user|pk|by)": "?\d+"?', "", line) for line in lines]


def test_x6_asking_to_join_by_number_shows_the_same_whether_a_buyer_has_it(production_site, world):
    shown = []
    for name, number in (("free", FREE_NUMBER), ("taken", HIDDEN_NUMBER)):
        email = f"{name}-number@between.example.org"
        production_site.run("person(given['email'], name='Same Name')", email=email)
        shown.append(seen_after_asking(production_site, email, number, f"198.51.100.{70 + len(shown)}"))
    free, taken = shown
    assert [line for line in free if "NUMBER" in line]  # each is listed among her requests
    assert differences(free, taken) == []
    assert "Zmarker" not in "".join(taken)


def test_x6_no_list_search_count_or_filter_tells_that_a_buyer_has_a_number(production_site, world):
    visitor = production_site.sign_in("asker@between.example.org", address="198.51.100.72")
    visitor.get("/companies/")  # shows once that she signed in
    for path in ("/suppliers/", "/suppliers/totals/", "/products/", "/demands/", "/demands/totals/", "/enquiries/"):
        pages = [visitor.get(f"{path}?q={number}") for number in (HIDDEN_NUMBER, FREE_NUMBER)]
        assert [page.status for page in pages] == [200, 200], path
        hidden, free = (without(page.text, HIDDEN_NUMBER, FREE_NUMBER) for page in pages)
        assert differences(hidden, free) == [], path
        assert "Zmarker" not in visitor.get(path).text, path  # nor any of its words among the filters
    headers = {"Authorization": f"Bearer {world['key']}"}
    schema = json.loads(visitor.get("/api/v1/schema/", headers={"Accept": "application/json"}).text)
    tried = 0
    program = production_site.visitor("198.51.100.73")
    for path, methods in schema["paths"].items():
        names = [row["name"] for row in methods.get("get", {}).get("parameters", []) if row["in"] == "query"]
        if "{" in path or not names:
            continue
        for name in names:
            answers = [
                program.get(f"{path}?{name}={number}", headers=headers) for number in (HIDDEN_NUMBER, FREE_NUMBER)
            ]
            hidden, free = (without(answer.text, HIDDEN_NUMBER, FREE_NUMBER) for answer in answers)
            assert (answers[0].status, hidden) == (answers[1].status, free), (path, name)
            assert not any(word in answers[0].text for word in ("Zmarker Tinglan", "Zmarker City")), (path, name)
            tried += 1
    assert tried > 30


def test_x10_who_left_the_team_gets_nothing_of_the_lists_she_imported(production_site, world):
    leaver = production_site.sign_in("leaver@between.example.org", address="198.51.100.62")
    rows = [("Ymarker Mill", "TH", "ymarker@ymarker-mill.example", "", "", "", "Ymarker City", "", "+66 2 123 4567")]
    rows.append(("Ymarker refused", "Atlantis", "ymarker2@example.org", "", "", "", "", "", ""))
    address, last, _shown = brought_in(leaver, "suppliers", world, COMPANY_COLUMNS, rows)
    assert figures(last)["new"] == 1
    assert "Ymarker refused" in leaver.get(address + "refused.csv").text  # while she belongs to the team
    chief = production_site.sign_in("chief@between.example.org", address="198.51.100.63")
    team = "/c/rival-market/console/team/"
    answer = chief.post(f"{team}{world['leaver']}/remove/", form_at=team)
    assert (answer.status, answer.headers.get("Location")) == (302, team)
    for path in (address, address + "refused.csv", address + "progress/", "/console/", "/imports/new/team/suppliers/"):
        assert (leaver.get(path).status, "marker" in leaver.get(path).text) == (404, False), path
    leaver.post("/accounts/reauthenticate/", {"password": PASSWORD})
    copy = leaver.get("/account/data/copy/").text
    held = json.loads(copy)["rows"]["imports.Import.by"]
    assert [row["file_name"] for row in held] == ["list.csv"]  # that she imported a file is hers; its rows are not
    assert "marker" not in copy
    assert "123 4567" not in copy
    assert "Ymarker" not in leaver.get("/imports/").text


def test_x14_a_helper_at_the_gate_takes_no_company_into_her_own_campaign(production_site, world):
    gate = production_site.sign_in("gate@between.example.org", address="198.51.100.64")
    page = "/console/campaigns/next-market/companies/"
    assert "Next market" in gate.get(page).text
    assert f'value="{world["slug"]}"' not in gate.get(page).text
    preview = gate.get(f"{page}?source={world['slug']}")
    assert "Select a valid choice" in preview.text
    assert "Zmarker" not in preview.text
    answer = gate.post(page, {"source": world["slug"], "side": ""})
    assert (answer.status, "Select a valid choice" in answer.text) == (422, True)
    taken = """
from matchmaker.campaigns.models import Participation
out["places"] = Participation.objects.filter(campaign__slug="next-market").count()
"""
    assert production_site.run(taken) == {"places": 0}
    both = production_site.sign_in("both@between.example.org", address="198.51.100.65")
    assert both.post(page, {"source": world["slug"], "side": ""}).status == 302  # an organiser of both may
    assert production_site.run(taken)["places"] > 0
