"""Who may send files, how many, and what becomes of a file that breaks its reader."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from matchmaker.campaigns.models import Participation
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.imports import services
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services import applying, uploading
from matchmaker.notifications.models import Notice
from tests import factories
from tests.imports.conftest import vouched
from tests.imports.sheets import HEAD, applied, as_csv, as_xlsx, goods, opened, outcome, previewed

pytestmark = pytest.mark.django_db


def killed(*_args):
    """Stands for a worker that the system ends, as when memory runs out."""
    raise KeyboardInterrupt


def send(mill, owner, content=b"name\nrice", name="a.csv"):
    return services.start_import(by=owner, kind="products", file_name=name, content=content, company=mill)


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


class TestWhoMaySend:
    @pytest.mark.parametrize("status", ["draft", "pending", "returned", "suspended"])
    def test_a_company_that_is_not_approved_is_told_why_and_sends_nothing(self, client, mill, owner, status):
        Company.objects.update(status=status)
        mill.refresh_from_db()
        client.force_login(owner)
        address = reverse("import_new", args=["company", "products"])
        page = client.get(address)
        assert (page.status_code, 'type="file"' in text(page)) == (403, False)
        assert "Your company is not approved yet." in text(page)
        assert client.post(address, {"file": SimpleUploadedFile("a.csv", b"name\nrice")}).status_code == 403
        with pytest.raises(Refused) as refused:
            send(mill, owner)
        assert (refused.value.code, refused.value.status, Import.objects.count()) == ("company_not_approved", 403, 0)

    def test_one_that_a_partner_vouches_for_sends_while_it_waits(self, mill, owner):
        Company.objects.update(status="pending")
        mill.refresh_from_db()
        vouched(mill)
        assert send(mill, owner).state == "opening"
        Company.objects.update(status="suspended")
        mill.refresh_from_db()
        with pytest.raises(Refused):
            send(mill, owner)

    def test_what_waits_can_be_put_away_by_a_company_that_lost_its_approval(self, mill, owner):
        batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(1)]))
        Company.objects.update(status="suspended")
        mill.refresh_from_db()
        batch.refresh_from_db()
        with pytest.raises(Refused) as refused:
            services.apply_import(by=owner, batch=batch)
        assert refused.value.code == "company_not_approved"
        services.drop_import(by=owner, batch=batch)
        assert Import.objects.count() == 0


class TestHowMuch:
    def test_files_an_hour_are_counted(self, client, mill, owner, monkeypatch):
        monkeypatch.setitem(uploading.QUOTAS, Company, uploading.Quota(2, 10_000))
        for _number in range(2):
            services.drop_import(by=owner, batch=send(mill, owner))  # a discarded file counts (X5)
        assert Import.objects.count() == 0
        with pytest.raises(Refused) as refused:
            send(mill, owner)
        assert (refused.value.code, refused.value.status) == ("too_many_files", 429)
        client.force_login(owner)
        upload = {"file": SimpleUploadedFile("a.csv", b"name\nrice")}
        page = client.post(reverse("import_new", args=["company", "products"]), upload)
        assert "Up to 2 files can be sent in an hour." in text(page)
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
            send(mill, owner)

    def test_a_company_sends_the_next_file_when_the_one_before_was_worked_on(self, mill, owner):
        send(mill, owner)
        with pytest.raises(Refused) as refused:
            send(mill, owner)
        assert refused.value.code == "file_under_way"
        Import.objects.update(state="mapping")
        send(mill, owner)

    def test_stored_bytes_are_counted_until_the_file_is_put_away(self, mill, owner, monkeypatch):
        monkeypatch.setitem(uploading.QUOTAS, Company, uploading.Quota(20, 100))
        first = send(mill, owner, b"name\n" + b"r" * 80)
        Import.objects.update(state="mapping")
        with pytest.raises(Refused) as refused:
            send(mill, owner, b"name\n" + b"r" * 80)
        assert refused.value.code == "too_much_kept"
        services.drop_import(by=owner, batch=first)
        send(mill, owner, b"name\n" + b"r" * 80)

    def test_old_files_are_swept(self, mill, owner):
        for state in ("opening", "mapping", "reading", "preview", "refused", "undone"):
            Import.objects.create(kind="products", company=mill, by=owner, language="en", file_name="a", state=state)
        Import.objects.update(created_at=timezone.now() - dt.timedelta(days=15))
        services.forget_old()
        assert Import.objects.count() == 0


class TestWhatFails:
    def test_the_page_of_a_file_never_unpacks_it(self, client, mill, owner, monkeypatch):
        batch = opened(by=owner, company=mill, content=as_xlsx([HEAD, *goods(3)]), name="a.xlsx")
        Import.objects.update(content=None)
        monkeypatch.setattr("matchmaker.engines.reading.look", killed)
        client.force_login(owner)
        page = client.get(reverse("import", args=[batch.uid]))
        assert "Product name · Rice 1" in text(page)

    def test_a_damaged_workbook_is_refused_by_the_worker_with_a_sentence(self, client, mill, owner):
        sheet = as_xlsx([HEAD, *goods(1)]).replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml")
        batch = opened(by=owner, company=mill, content=sheet, name="a.xlsx")
        assert (batch.state, batch.problem["code"], batch.content) == ("refused", "damaged", None)
        client.force_login(owner)
        assert "This file is damaged." in text(client.get(reverse("import", args=[batch.uid])))

    def test_an_error_of_ours_is_tried_again_later_and_others_go_on(self, mill, owner, monkeypatch):
        person = factories.user()
        bad, good = send(mill, owner), send(factories.supplier(person), person)
        real = applying.open_file
        monkeypatch.setattr(applying, "open_file", lambda batch: real(batch) if batch.pk == good.pk else 1 / 0)
        services.work_waiting()
        bad.refresh_from_db()
        good.refresh_from_db()
        assert (good.state, good.attempts, bad.state, bad.attempts) == ("mapping", 0, "opening", 1)
        assert bad.lease_until > timezone.now()

    def test_a_file_that_kills_its_reader_is_stopped_after_five_attempts_and_told(self, mill, owner, monkeypatch):
        monkeypatch.setattr(applying, "open_file", killed)
        batch = send(mill, owner)
        for attempt in range(1, 6):
            with pytest.raises(KeyboardInterrupt):
                services.work_waiting()
            batch.refresh_from_db()
            assert batch.attempts == attempt
            assert services.work_waiting() == 0  # the dead worker's lease still runs
            Import.objects.update(lease_until=None)
        services.work_waiting()
        batch.refresh_from_db()
        assert (batch.state, batch.problem["code"], batch.content, batch.size) == ("refused", "stopped", None, 0)
        assert Notice.objects.get(kind="import_stopped").recipient == owner

    def test_rows_that_cannot_be_brought_in_are_left_out_after_five_attempts(self, mill, owner, monkeypatch):
        monkeypatch.setattr(applying, "PIECE", 2)
        batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(5)]))
        services.apply_import(by=owner, batch=batch)
        real = applying._create
        monkeypatch.setattr(applying, "_create", lambda b, rows: killed() if b.done_through else real(b, rows))
        for _attempt in range(6):
            Import.objects.update(lease_until=None)
            with pytest.raises(KeyboardInterrupt):
                services.work_waiting()
            batch.refresh_from_db()
        Import.objects.update(lease_until=None)
        services.work_waiting()
        batch.refresh_from_db()
        assert (batch.state, Product.objects.count()) == ("done", 2)
        assert outcome(batch) == {"total": 5, "created": 2, "updated": 0, "unchanged": 0, "rejected": 3}
        assert batch.can_be_undone

    @pytest.mark.parametrize("state", ["opening", "reading"])
    def test_a_file_that_is_being_read_can_be_put_away(self, client, mill, owner, state):
        batch = opened(by=owner, company=mill, content=as_csv([HEAD, *goods(1)]))
        Import.objects.update(state=state, lease_until=timezone.now() + dt.timedelta(minutes=3))
        client.force_login(owner)
        assert reverse("import_drop", args=[batch.uid]) in text(client.get(reverse("import", args=[batch.uid])))
        client.post(reverse("import_drop", args=[batch.uid]))
        assert (Import.objects.count(), ImportRow.objects.count()) == (0, 0)


class TestNothingVanishes:
    def test_columns_that_nothing_is_read_from_are_named(self, client, mill, owner):
        content = as_csv([[*HEAD, "Remarks on hall"], [*goods(1)[0], "hall 3"]])
        client.force_login(owner)
        batch = opened(by=owner, company=mill, content=content)
        page = text(client.get(reverse("import", args=[batch.uid])))
        assert "This column of your file is not read: <bdi>Remarks on hall</bdi>." in page
        services.map_columns(by=owner, batch=batch, mapping=batch.mapping, defaults={}, publish=False)
        services.work_waiting()
        page = text(client.get(reverse("import", args=[batch.uid])))
        assert "This column of your file is not read: <bdi>Remarks on hall</bdi>." in page

    @pytest.mark.parametrize(
        ("written", "price"),
        [
            ("12,000", "12000"),
            ("17,50", "17.5"),
            ("9,80", "9.8"),
            ("1.234,50", "1234.5"),
            ("１２０", "120"),
            ("9٫5", "9.5"),
            ("1 250", "1250"),
        ],
    )
    def test_numbers_come_in_as_traders_write_them_and_are_shown_as_read(self, mill, owner, written, price):
        rows = goods(1)
        rows[0][4] = written
        batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
        assert batch.rows.get().notes["price_low"] == price
        applied(by=owner, batch=batch)
        assert f"{Product.objects.get().price_low.normalize():f}" == price

    def test_a_japanese_city_stays_as_it_was_written(self):
        campaign = factories.campaign()
        team = factories.organiser(campaign)
        content = as_csv([["公司名称", "国家", "城市"], ["山田商店", "JP", "東京"], ["苏氏茶厂", "CN", "杭州"]])
        applied(by=team, batch=previewed(by=team, campaign=campaign, content=content, kind="suppliers"))
        with translation.override("en"):
            places = {company.city: company.place for company in Company.objects.all()}
        assert places == {"東京": "東京", "杭州": "Hangzhou"}
        assert Participation.objects.count() == 2
