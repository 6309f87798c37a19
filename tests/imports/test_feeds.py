"""Demands from an address: read through the hardened client, brought in as a sheet is, changed and taken back."""

import datetime as dt
import http.server
import json
import threading
import tracemalloc

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.services import save_demand
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.engines.reading import Unreadable
from matchmaker.engines.reading.feeds import as_sheet
from matchmaker.imports import services
from matchmaker.imports.models import Feed, FeedLine, Import
from matchmaker.imports.services import feeds
from matchmaker.notifications.models import Notice
from tests import factories
from tests.imports.conftest import vouched

SOON = (timezone.localdate() + dt.timedelta(days=40)).isoformat()
NAMES = {"ref": ("id", "ref"), "part": ("part", "line")}


def _killed(_feed):
    """Stands for a worker that the system ends, as when memory runs out."""
    raise KeyboardInterrupt


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = self.server.says
        self.server.asked += 1
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def outside(settings):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.says = 0, (200, b"[]")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{server.server_port}"]
    server.url = f"http://127.0.0.1:{server.server_port}/demands.json"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def buyer(db):
    factories.hs_code("100630")
    factories.category("AGRI-01")
    return factories.buyer(legal_name="Wuhan Zhongbai")


@pytest.fixture
def admin(buyer):
    return factories.member_of(buyer)


@pytest.fixture
def feed(outside, buyer, admin):
    return services.save_feed(by=admin, company=buyer, name="ERP", url=outside.url, hours=6, publish=True)


def demand(ref, *lines, **more):
    said = [{"id": str(n), "text": text, "quantity": 20, "unit": "t"} for n, text in enumerate(lines, 1)]
    return {"id": ref, "title": f"采购 {ref}", "closing_on": SOON, "lines": said, **more}


def say(outside, *demands):
    outside.says = (200, json.dumps({"demands": list(demands)}).encode())


def read(feed, *, again=True):
    """As the timetable does, until nothing is left to do."""
    if again:
        Feed.objects.filter(pk=feed.pk).update(next_at=timezone.now())
    for _turn in range(8):
        if not services.work_feeds() + services.work_waiting():
            break
    feed.refresh_from_db()
    return feed


def titles(**where):
    return sorted(Demand.objects.filter(**where).values_list("title", flat=True))


@pytest.mark.django_db
class TestReading:
    def test_new_demands_come_in_and_are_opened(self, feed, outside):
        say(outside, demand("A", "茉莉香米", "糯米"), demand("B", "苹果"))
        read(feed)
        assert titles(status="published") == ["采购 A", "采购 B"]
        assert list(DemandLine.objects.filter(demand__title="采购 A").values_list("number", "text")) == [
            (1, "茉莉香米"),
            (2, "糯米"),
        ]
        assert (feed.problem, feed.failures, feed.batch, feed.read_at is not None) == ({}, 0, None, True)

    def test_the_same_answer_twice_changes_nothing(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        read(feed)
        assert (outside.asked, Import.objects.count(), Demand.objects.count()) == (2, 1, 1)

    def test_forced_to_read_the_same_again_every_row_is_already_here(self, feed, outside, admin):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        services.turn_feed(by=admin, feed=feed, verb="read")
        read(feed)
        batch = Import.objects.order_by("-pk").first()
        assert (batch.created, batch.updated, batch.unchanged, Demand.objects.count()) == (0, 0, 1, 1)

    def test_another_title_text_and_end_change_the_same_demand(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        line = DemandLine.objects.get()
        later = (timezone.localdate() + dt.timedelta(days=60)).isoformat()
        say(outside, demand("A", "茉莉香米，5公斤", title="春季大米", closing_on=later))
        read(feed)
        line.refresh_from_db()
        said = (line.text, line.demand.title, line.demand.closing_on.isoformat())
        assert said == ("茉莉香米，5公斤", "春季大米", later)
        assert line.revision > 1
        assert line.demand.versions.count() == 2

    def test_what_the_feed_does_not_say_stays_as_the_buyer_said_it(self, feed, outside, buyer, admin):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        here = Demand.objects.get()
        save_demand(by=admin, company=buyer, demand=here, visibility="invited", wanted_verification=2)
        say(outside, demand("A", "茉莉香米", title="春季大米"))
        read(feed)
        here.refresh_from_db()
        assert (here.title, here.visibility, here.wanted_verification) == ("春季大米", "invited", 2)

    def test_what_is_gone_is_withdrawn_and_what_returns_is_open_again(self, feed, outside):
        say(outside, demand("A", "茉莉香米"), demand("B", "苹果"))
        read(feed)
        say(outside, demand("B", "苹果"))
        read(feed)
        assert (titles(status="withdrawn"), titles(status="published")) == (["采购 A"], ["采购 B"])
        say(outside, demand("A", "茉莉香米"), demand("B", "苹果"))
        read(feed)
        assert titles(status="published") == ["采购 A", "采购 B"]
        assert FeedLine.objects.filter(gone_at__isnull=False).count() == 0

    def test_a_line_that_is_gone_leaves_the_others(self, feed, outside):
        say(outside, demand("A", "茉莉香米", "糯米"))
        read(feed)
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        assert (list(DemandLine.objects.values_list("text", flat=True)), titles(status="published")) == (
            ["茉莉香米"],
            ["采购 A"],
        )

    def test_most_of_them_gone_at_once_waits_for_a_person(self, feed, outside, admin):
        say(outside, *(demand(f"D{n}", f"货物 {n}") for n in range(8)))
        read(feed)
        say(outside, demand("D0", "货物 0"))
        read(feed)
        assert feed.problem == {"code": "many_gone", "facts": {"gone": 7, "here": 8}}
        assert len(titles(status="published")) == 8
        services.turn_feed(by=admin, feed=feed, verb="agree")
        read(feed)
        assert (titles(status="published"), feed.problem) == (["采购 D0"], {})

    def test_an_empty_answer_withdraws_nothing(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        say(outside)
        read(feed)
        assert (feed.problem["code"], titles(status="published")) == ("empty", ["采购 A"])

    def test_a_refused_row_stands_on_its_page_and_the_demand_it_speaks_of_stays(self, feed, outside):
        say(outside, demand("A", "茉莉香米"), demand("B", "苹果"))
        read(feed)
        say(outside, demand("A", "茉莉香米", closing_on="2020-01-01"), demand("B", "苹果"))
        read(feed)
        assert feed.problem["code"] == "some_rejected"
        assert titles(status="published") == ["采购 A", "采购 B"]
        row = Import.objects.order_by("-pk").first().rows.get(action="reject")
        assert row.problems == {"closing_on": "The closing date is in the past. Choose today or a later day."}

    def test_contact_data_is_held_for_the_team(self, feed, outside):
        say(outside, demand("A", "茉莉香米", description="请联系 wang@example.cn"))
        read(feed)
        assert Demand.objects.get().status == "submitted"

    def test_without_opening_each_waits_as_a_draft(self, feed, outside):
        Feed.objects.update(publish=False)
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        assert Demand.objects.get().status == "draft"

    def test_one_that_closed_by_itself_opens_when_it_is_given_more_time(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        Demand.objects.update(status="closed", closing_on=timezone.localdate() - dt.timedelta(days=1))
        say(outside, demand("A", "茉莉香米", description="延期"))
        read(feed)
        assert Demand.objects.get().status == "published"

    def test_one_that_its_buyer_closed_stays_closed(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        Demand.objects.update(status="closed")
        say(outside, demand("A", "茉莉香米，新米"))
        read(feed)
        assert Demand.objects.get().status == "closed"

    def test_a_sheet_is_read_as_well_and_rows_of_one_number_are_lines_of_one_demand(self, feed, outside):
        outside.says = (
            200,
            f"编号,需求名称,品名,数量,单位,截止日期\nX1,水果,苹果,5,吨,{SOON}\nX1,水果,梨,3,吨,{SOON}\n".encode(
                "gb18030"
            ),
        )
        read(feed)
        assert list(DemandLine.objects.values_list("demand__title", "text")) == [("水果", "苹果"), ("水果", "梨")]

    def test_undoing_a_reading_pauses_the_feed(self, feed, outside, admin):
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        Demand.objects.update(status="draft")
        services.undo_import(by=admin, batch=Import.objects.get())
        services.work_waiting()
        feed.refresh_from_db()
        assert (feed.state, Demand.objects.count()) == ("paused", 0)

    def test_killed_between_reading_and_bringing_in_it_goes_on(self, feed, outside):
        say(outside, demand("A", "茉莉香米"))
        Feed.objects.update(next_at=timezone.now())
        services.work_feeds()
        Feed.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        read(feed, again=False)
        assert titles(status="published") == ["采购 A"]


@pytest.mark.django_db
class TestFailing:
    @pytest.mark.parametrize(
        ("says", "code"),
        [
            ((500, b"x"), "status"),
            ((302, b""), "status"),
            ((200, b"[{]"), "json_invalid"),
            ((200, b"[" * 200_000), "json_invalid"),
            ((200, b'{"a": 1}'), "json_shape"),
            ((200, b'[{"id": "1", "who": {"a": 1}}]'), "json_shape"),
            ((200, b'[{"title": "x"}]'), "no_ref"),
            ((200, b'[{"id": "1", "title": "x"}]'), "refused"),
            ((200, b"MZ\x90"), "not_a_sheet"),
            ((200, b""), "empty"),
            ((200, b"[" + b" " * (5 * 1024 * 1024) + b"]"), "feed_too_large"),
        ],
    )
    def test_what_cannot_be_read_is_said_and_tried_again(self, feed, outside, says, code):
        outside.says = says
        read(feed)
        assert (feed.problem["code"], feed.failures) == (code, 1)
        assert timezone.now() < feed.next_at < timezone.now() + dt.timedelta(minutes=11)

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([{f"k{n}": 1, f"j{n}": 2} for n in range(5_000)], "too_many_columns"),
            ([{"id": "1", "tags": [[["a"]]]}], "json_shape"),
            ([{"id": "1", "description": "x" * 30_000, "lines": [{}] * 4_000}], "feed_too_large"),
            ([{"id": "1", "lines": [{}] * 5_001}], "feed_too_long"),
        ],
    )
    def test_limits_hold_before_a_table_is_built(self, rows, code):
        tracemalloc.start()
        with pytest.raises(Unreadable) as refused:
            as_sheet(json.dumps(rows).encode(), NAMES)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (refused.value.code, most < 60_000_000) == (code, True)

    @pytest.mark.parametrize("depth", [990, 3_000, 100_000])
    def test_deep_nesting_is_refused_and_not_a_crash(self, depth):
        with pytest.raises(Unreadable) as refused:
            as_sheet(b'[{"ref":' + b"[" * depth + b"]" * depth + b"}]", NAMES)
        assert refused.value.code in ("json_shape", "json_invalid")

    def test_one_that_crashes_goes_to_the_back_and_the_others_are_read(self, feed, outside, admin, buyer, monkeypatch):
        crashing = services.save_feed(by=admin, company=buyer, name="bad", url=f"{outside.url}?bad", hours=6)
        Feed.objects.filter(pk=crashing.pk).update(next_at=timezone.now() - dt.timedelta(hours=1))
        real = feeds.outbound.get

        def get(url, most):
            if url.endswith("?bad"):
                raise ZeroDivisionError
            return real(url, most)

        monkeypatch.setattr(feeds.outbound, "get", get)
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        assert titles(status="published") == ["采购 A"]
        crashing.refresh_from_db()
        assert (crashing.problem["code"], crashing.failures, crashing.attempts) == ("feed_failed", 1, 1)
        assert crashing.next_at > timezone.now() + dt.timedelta(minutes=9)

    def test_one_that_kills_its_worker_is_counted_paused_and_told(self, feed, outside, admin, monkeypatch):
        monkeypatch.setattr(feeds, "_read", _killed)
        for attempt in range(1, 6):
            Feed.objects.update(next_at=timezone.now(), lease_until=None)
            with pytest.raises(KeyboardInterrupt):
                services.work_feeds()
            feed.refresh_from_db()
            assert (feed.failures, feed.attempts) == (attempt, attempt)
            assert feed.next_at > timezone.now() + dt.timedelta(minutes=9)
        Feed.objects.update(next_at=timezone.now(), lease_until=None)
        services.work_feeds()
        feed.refresh_from_db()
        assert (feed.state, feed.problem["code"]) == ("paused", "feed_stopped")
        assert Notice.objects.get(kind="feed_stopped").recipient == admin
        monkeypatch.undo()
        services.turn_feed(by=admin, feed=feed, verb="read")
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        assert (feed.problem, feed.failures, titles(status="published")) == ({}, 0, ["采购 A"])

    def test_a_company_that_waits_for_approval_has_no_feed_unless_a_partner_vouches(
        self, outside, buyer, admin, client
    ):
        Company.objects.update(status="pending")
        buyer.refresh_from_db()
        client.force_login(admin)
        page = client.get(reverse("feed_new", args=["company"]))
        assert (page.status_code, "not approved yet" in page.content.decode()) == (403, True)
        with pytest.raises(Refused) as refused:
            services.save_feed(by=admin, company=buyer, name="ERP", url=outside.url, hours=6)
        assert (refused.value.code, refused.value.status) == ("company_not_approved", 403)
        vouched(buyer)
        services.save_feed(by=admin, company=buyer, name="ERP", url=outside.url, hours=6)
        assert Feed.objects.count() == 1

    def test_three_times_in_a_row_are_told_once(self, feed, outside):
        outside.says = (500, b"")
        for _time in range(5):
            read(feed)
        assert Notice.objects.filter(kind="demand_feed").count() == 1
        assert feed.next_at > timezone.now() + dt.timedelta(minutes=60)

    def test_who_left_the_company_reads_nothing_in_for_it(self, feed, outside, admin, buyer):
        buyer.memberships.filter(user=admin).update(role="member")
        say(outside, demand("A", "茉莉香米"))
        read(feed)
        assert (feed.problem["code"], outside.asked) == ("refused", 0)

    @pytest.mark.parametrize(
        "url", ["http://example.org/a", "https://127.0.0.1/a", "https://10.0.0.8/", "https://localhost/", "ftp://x/"]
    )
    def test_only_a_public_address_is_taken(self, buyer, admin, url):
        with pytest.raises(ValidationError) as found:
            services.save_feed(by=admin, company=buyer, name="x", url=url, hours=6, publish=False)
        assert list(found.value.message_dict) == ["url"]

    def test_an_address_that_becomes_private_is_not_called(self, feed, outside, settings):
        settings.OUTBOUND_ALLOWED = []
        Feed.objects.update(url="https://127.0.0.1/demands.json")
        read(feed)
        assert (feed.problem["facts"], outside.asked) == ({"why": "the address is not on the public Internet"}, 0)

    def test_a_stranger_sets_up_nothing(self, buyer):
        with pytest.raises(Refused):
            services.save_feed(by=factories.user(), company=buyer, name="x", url="https://example.org/", hours=6)


@pytest.mark.django_db
class TestPages:
    def test_set_up_read_see_where_it_came_from_and_forget(self, client, outside, buyer, admin):
        client.force_login(admin)
        said = {"name": "ERP", "url": outside.url, "hours": "6", "publish": "on"}
        answer = client.post(reverse("feed_new", args=["company"]), said)
        feed = Feed.objects.get()
        assert answer["Location"] == reverse("feed", args=[feed.uid])
        say(outside, demand("A-118", "茉莉香米"))
        read(feed)
        page = client.get(reverse("buyer_demand", args=[Demand.objects.get().uid])).content.decode()
        assert ("A-118" in page, "ERP" in page) == (True, True)
        assert "up to date" in client.get(reverse("feed", args=[feed.uid])).content.decode()
        client.post(reverse("feed_turn", args=[feed.uid, "remove"]))
        assert (Feed.objects.count(), Demand.objects.count()) == (0, 1)
        assert AuditEntry.objects.filter(verb="remove_feed").count() == 1

    def test_a_wrong_address_is_said_beside_its_field(self, client, buyer, admin):
        client.force_login(admin)
        said = {"name": "ERP", "url": "https://10.0.0.8/", "hours": "6"}
        answer = client.post(reverse("feed_new", args=["company"]), said)
        assert (answer.status_code, "not on the public Internet" in answer.content.decode()) == (422, True)

    def test_an_address_that_is_read_already_is_said_on_the_form(self, client, outside, feed, admin):
        client.force_login(admin)
        answer = client.post(reverse("feed_new", args=["company"]), {"name": "2", "url": outside.url, "hours": "6"})
        assert (answer.status_code, Feed.objects.count()) == (422, 1)
        assert "This address is read already." in answer.content.decode()

    def test_the_team_reads_for_its_buyers_and_sees_the_problem_on_its_list(self, client, outside, buyer):
        organiser = factories.organiser()
        campaign = organiser.organiser_of.get().campaign
        buyer.participations.create(campaign=campaign, side="buyer")
        feed = services.save_feed(by=organiser, campaign=campaign, name="T", url=outside.url, hours=1, publish=True)
        say(outside, demand("A", "茉莉香米", company="Wuhan Zhongbai"), demand("B", "苹果", company="Nobody Ltd"))
        read(feed)
        assert titles(status="published") == ["采购 A"]
        client.force_login(organiser)
        assert "Feeds of demands with a problem" in client.get(reverse("console_home")).content.decode()


class TestShape:
    def test_what_a_demand_says_holds_for_each_of_its_lines(self):
        body = json.dumps([{"id": 7, "title": "T", "lines": [{"text": "a"}, {"id": "x", "text": "b"}]}]).encode()
        content, present = as_sheet(body, NAMES)
        assert present == [("7", "1"), ("7", "x")]
        assert content.decode("utf-8-sig").splitlines()[:2] == ['"id","title","text","part"', '"7","T","a","1"']

    def test_lists_numbers_and_truths_become_texts(self):
        content, _present = as_sheet(b'[{"id": 1, "o": ["TH", "VN"], "n": 1.50, "b": true, "z": null}]', NAMES)
        assert content.decode("utf-8-sig").splitlines()[1] == '"1","TH, VN","1.50","yes","","1"'

    def test_too_many_rows_are_refused(self):
        body = json.dumps([{"id": n} for n in range(5_001)]).encode()
        with pytest.raises(Unreadable) as found:
            as_sheet(body, NAMES)
        assert found.value.code == "feed_too_long"
