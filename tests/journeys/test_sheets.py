"""Sheets: a thousand products with errors, mended, killed half way and gone on; twelve lines pasted in Chinese."""

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.imports.models import Import
from tests import factories
from tests.imports.sheets import HEAD, as_xlsx, goods
from tests.journeys.conftest import ROOT, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]


def test_a_thousand_products_by_xlsx_with_errors_corrected_and_gone_on_after_a_kill(site, worker, tmp_path):
    person = factories.user("a long enough secret")
    mill = factories.supplier(person, legal_name="Surin Rice Mill")
    rows = goods(1000)
    rows[1][7] = rows[700][7] = "bushel"
    rows[9][4], rows[499][1] = "cheap", "000000"
    file = tmp_path / "goods.xlsx"
    file.write_bytes(as_xlsx([HEAD, *rows]))

    mali = site()
    mali.sign_in(person.email, "a long enough secret")
    mali.go("/imports/new/company/products/")
    mali.page.set_input_files("input[type=file]", str(file))
    mali.submit()
    mali.page.locator("[name=publish]").check()
    mali.submit("main form button.btn-primary")
    mali.page.wait_for_selector("text=Import 996 rows", timeout=60_000)  # the worker starts meanwhile

    # The same mistake is mended once for both rows; one more by itself; one row stays out.
    with mali.page.expect_navigation():
        first = mali.page.locator("tr", has=mali.page.locator("input[value=bushel]")).first
        first.locator("input[name=cell_min_order_unit]").fill("t")
        first.locator("button[name=everywhere]").click()
    with mali.page.expect_navigation():
        price = mali.page.locator("tr", has=mali.page.locator("input[name=cell_price_low]"))
        price.locator("input[name=cell_price_low]").fill("1.50")
        price.locator("button").first.click()
    mali.page.wait_for_selector("text=Import 999 rows")

    # The worker dies while it brings rows in; another one goes on where it ended.
    mali.submit("main form button.btn-primary")
    wait_for(lambda: Import.objects.get().state != "preview", 20, "the import was not started")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    Import.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    code = "import django; django.setup(); from matchmaker.imports.services import work_waiting; work_waiting()"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "matchmaker.settings", "DATABASE_URL": _database()}
    subprocess.run([sys.executable, "-c", code], cwd=Path(ROOT), env=environment, check=True, timeout=60)
    batch = Import.objects.get()
    assert (batch.state, batch.total, batch.created, batch.rejected) == ("done", 1000, 999, 1)
    assert Product.objects.filter(company=mill, status="published").count() == 999
    mali.page.close()  # which follows the progress and goes on by itself
    mali.page = mali.context.new_page()
    assert "All 1,000 rows of the file are accounted for." in mali.go(f"/imports/{batch.uid}/").inner_text("main")


def _database() -> str:
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgresql://{settings['USER']}@{settings['HOST']}/{settings['NAME']}"


def test_a_demand_of_twelve_lines_pasted_in_chinese(site):
    person = factories.user("a long enough secret", language="zh-hans")
    factories.buyer(person)
    names = [
        "茉莉香米",
        "橄榄油",
        "奶酪",
        "咖啡豆",
        "可可粉",
        "冷冻三文鱼",
        "冷冻牛肉",
        "榴莲",
        "牛油果",
        "腰果",
        "红酒",
        "蜂蜜",
    ]
    pasted = "品名\t数量\t单位\t目标价\t币种\t产地\n" + "\n".join(
        f"{name}\t1,200,000\t公斤\t6.8\t人民币\t泰国、越南" for name in names
    )
    min_ = site("zh")
    min_.sign_in(person.email, "a long enough secret")
    min_.go("/buyer/demands/new/")
    min_.fill(title="2027年春季食品采购", closing_on=(timezone.localdate() + dt.timedelta(days=60)).isoformat())
    min_.page.locator("summary", has=min_.page.locator("text=粘贴")).first.click()
    min_.fill(pasted=pasted)
    min_.page.locator("button[value=paste]").click()
    min_.page.wait_for_selector("#line-12")
    min_.submit("button[value=publish]")
    demand = Demand.objects.get()
    assert (demand.status, [line.text for line in demand.lines.all()]) == ("published", names)
    said = {
        (str(x.quantity), x.unit, str(x.target_price), x.currency, tuple(x.origins_wanted)) for x in demand.lines.all()
    }
    assert said == {("1200000.00", "kg", "6.8000", "CNY", ("TH", "VN"))}
