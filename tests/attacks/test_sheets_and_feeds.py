"""Files and feeds that were made to stop the site: each is refused with a sentence, and others are served meanwhile."""

import datetime as dt
import http.server
import json
import threading
import time

import pytest

from tests.attacks.site import wait_until
from tests.imports.sheets import HEAD, as_xlsx, goods, with_part

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
NEW = "/imports/new/company/products/"


def supplier(site, name: str, status: str = "approved") -> str:
    site.run(
        "factories.supplier(person(given['email']), legal_name=given['name'], status=given['status'])",
        email=f"{name}@example.org", name=name, status=status,
    )  # fmt: skip
    return f"{name}@example.org"


def shared_strings(count: int, numbered: bool = True) -> bytes:
    """A workbook with very many texts of eighty characters. All alike they are packed to a three hundredth."""
    text = b"<si><t>" + b"x" * 72 + b"%08d</t></si>"
    texts = b"".join(text % number for number in range(count)) if numbered else (text % 0) * count
    strings = b"<sst " + NAMESPACE + b">" + texts + b"</sst>"
    return with_part(as_xlsx([HEAD, *goods(1)]), {STRINGS: strings})


def cells(xml: bytes) -> bytes:
    sheet = b"<worksheet " + NAMESPACE + b"><sheetData>" + xml + b"</sheetData></worksheet>"
    return with_part(as_xlsx([["a"]]), {SHEET: sheet})


def upload(visitor, content: bytes, name: str = "goods.xlsx"):
    return visitor.post(NEW, files={"file": (name, content)}, timeout=120)


def ended(visitor, address: str) -> str:
    """The page of an import once no worker is at it."""

    def look():
        page = visitor.get(address).text
        return page if 'class="job is-' not in page else ""

    return wait_until(look, 120, f"{address} is still under way")


def test_workbooks_that_unpack_to_hundreds_of_megabytes_are_refused_and_others_are_served(production_site):
    visitor = production_site.sign_in(supplier(production_site, "strings"))
    bombs = {
        "far too large": shared_strings(1_300_000),
        "packed very tightly": shared_strings(500_000, numbered=False),
        "large": shared_strings(800_000),
        "corner": cells(
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        ),
    }
    began = time.monotonic()
    with production_site.others_ask() as delays:
        at_once = [upload(visitor, bombs[name]) for name in ("far too large", "packed very tightly")]
        shown = []
        for name in ("large", "corner") * 5:  # one file of a company is worked on at a time
            answer = upload(visitor, bombs[name])
            assert answer.status == 302, name
            shown.append(ended(visitor, answer.headers["Location"]))
    assert [answer.status for answer in at_once] == [422, 422]
    assert all("This workbook is too large once it is unpacked." in answer.text for answer in at_once)
    assert all(
        "too large once it is unpacked" in page or "This file is damaged" in page for page in shown[1::2]
    )  # the corners
    assert delays.failures == []
    assert delays.p95 < 1, (delays.p95, time.monotonic() - began)


def test_the_page_of_an_import_costs_no_more_than_any_other(production_site):
    visitor = production_site.sign_in(supplier(production_site, "pages"))
    address = upload(visitor, shared_strings(200_000)).headers["Location"]
    ended(visitor, address)
    with production_site.others_ask() as delays:
        threads = [threading.Thread(target=visitor.get, args=(address,)) for _number in range(10)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        time.sleep(8)  # enough answers for a p95
    assert delays.failures == []
    assert delays.p95 < 1


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="1"><c r="A1"><v>1e999</v></c></row>',
        b'<row r="1"><c r="A1" s="abc"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="s"><v>%s</v></c></row>' % (b"9" * 5000),
    ],
)
def test_a_malformed_workbook_is_no_error_of_the_server(production_site, xml):
    name = f"malformed{abs(hash(xml))}"
    visitor = production_site.sign_in(supplier(production_site, name))
    answer = upload(visitor, cells(xml))
    assert answer.status in (302, 422)
    page = ended(visitor, answer.headers["Location"])
    assert "Check every row" in page or "This file cannot be read" in page


def test_a_company_that_nobody_approved_uploads_nothing(production_site):
    visitor = production_site.sign_in(supplier(production_site, "draft", status="draft"))
    page = visitor.get(NEW)
    assert (page.status, 'type="file"' in page.text) == (403, False)
    answer = visitor.post(NEW, files={"file": ("a.csv", b"name\nrice")})  # the page has the token of its other forms
    assert (answer.status, "not approved yet" in answer.text) == (403, True)
    assert production_site.run("""
from matchmaker.imports.models import Import
out["imports"] = Import.objects.filter(company__legal_name="draft").count()
""") == {"imports": 0}


def test_a_company_cannot_fill_the_disk_with_files(production_site):
    visitor = production_site.sign_in(supplier(production_site, "many"))
    content = b"name\n" + b"rice\n" * 100
    answers = []
    for number in range(22):
        answers.append(upload(visitor, content + b"tea %d\n" % number, "a.csv"))
        if answers[-1].status == 302:  # one file of a company is worked on at a time
            ended(visitor, answers[-1].headers["Location"])
    assert [answer.status for answer in answers].count(302) == 20
    assert "20 files can be sent in an hour" in answers[-1].text


class Outside(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.answers[self.path]
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def _all_tried(state: dict) -> dict | None:
    """The state once the good feed was read and the others failed."""
    return state if state["good"][3] and all(state[name][1] for name in ("keys", "deep", "lines")) else None


def test_feeds_made_to_fill_the_memory_stop_nobody_elses_feed(production_site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", production_site.outside_port), Outside)
    keys = [{f"k{row}_{key}": 1 for key in range(8)} for row in range(5_000)]
    closing_on = (dt.date.today() + dt.timedelta(days=60)).isoformat()
    good = {"id": "A", "title": "rice", "closing_on": closing_on, "lines": [{"id": "1", "text": "Jasmine rice"}]}
    server.asked, server.answers = (
        [],
        {
            "/keys": json.dumps(keys).encode(),
            "/deep": b'[{"ref":' + b"[" * 3_000 + b"]" * 3_000 + b"}]",
            "/lines": json.dumps([{"id": "1", "title": "x" * 30_000, "lines": [{}] * 4_900}]).encode(),
            "/good": json.dumps([good]).encode(),
        },
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    production_site.run(
        """
from matchmaker.imports import services
for name in ("keys", "deep", "lines", "good"):
    owner = person(f"{name}@example.org")
    buyer = factories.buyer(owner, legal_name=name)
    services.save_feed(by=owner, company=buyer, name=name, url=given["outside"] + name, hours=6, publish=False)
""",
        outside=f"http://127.0.0.1:{production_site.outside_port}/",
    )
    state = """
from matchmaker.imports.models import Feed, FeedLine
for feed in Feed.objects.all():
    out[feed.name] = [feed.problem.get("code", ""), feed.failures, feed.lines.count(), feed.read_at is not None]
"""
    with production_site.others_ask() as delays:
        found = wait_until(lambda: _all_tried(production_site.run(state)), 180, "the good feed was not read")
    server.shutdown()
    server.server_close()
    assert found["good"] == ["", 0, 1, True]
    assert {name: found[name][0] for name in ("keys", "deep", "lines")} == {
        "keys": "too_many_columns",
        "deep": "json_shape",
        "lines": "feed_too_large",
    }
    assert delays.failures == []
    assert delays.p95 < 1
