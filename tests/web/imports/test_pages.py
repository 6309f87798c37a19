"""The import on pages, without a browser: steps, corrections, files, and who is let in."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.imports import services
from matchmaker.imports.models import Import
from tests import factories
from tests.imports.sheets import HEAD, applied, as_csv, as_xlsx, goods, previewed
from tests.markup import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def mill(client):
    factories.hs_code("100630")
    factories.category("AGRI-01")
    row = factories.supplier(legal_name="Surin Rice Mill")
    client.force_login(factories.member_of(row))
    return row


def send(client, content, owner="company", kind="products", name="goods.csv"):
    """Upload a file; a worker opens it."""
    answer = client.post(reverse("import_new", args=[owner, kind]), {"file": SimpleUploadedFile(name, content)})
    services.work_waiting()
    return answer


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_file_goes_through_all_its_steps(client, mill):
    rows = goods(3)
    rows[1][1] = "999999"
    batch_url = send(client, as_csv([HEAD, *rows], "gb18030")).url
    batch = Import.objects.get()
    assert batch_url == reverse("import", args=[batch.uid])
    assert "Check every row" in text(client.get(batch_url))
    places = {f"at_{name}": place for name, place in batch.mapping.items()}
    assert client.post(reverse("import_columns", args=[batch.uid]), {**places, "publish": "on"}).url == batch_url
    assert 'class="job is-running"' in text(client.get(batch_url))
    services.work_waiting()
    shown = text(client.get(batch_url))
    assert "Import 2 rows" in shown
    assert "HS 2022 has no code 999999." in shown
    assert "HS code:<bdi>1006.30</bdi>→<bdi>100630</bdi>" in flat(shown)
    assert "<bdi>TH</bdi>" not in shown  # Thailand is what it says and what it means
    client.post(reverse("import_correct", args=[batch.uid, 3]), {"cell_hs_code": "1006.30"})
    assert "Import 3 rows" in text(client.get(batch_url))
    client.post(reverse("import_apply", args=[batch.uid]))
    services.work_waiting()
    assert "All 3 rows of the file are accounted for." in text(client.get(batch_url))
    assert Product.objects.filter(status="published").count() == 3
    client.post(reverse("import_undo", args=[batch.uid]))
    services.work_waiting()
    assert "Everything this file imported was taken back." in text(client.get(batch_url))
    assert Product.objects.count() == 0


def test_a_file_over_the_limit_ends_with_413(client, mill, monkeypatch):
    monkeypatch.setattr("matchmaker.core.uploads.Limit.__init__", _small)
    answer = send(client, b"name\n" + b"x" * 200_000)
    assert (answer.status_code, Import.objects.count()) == (413, 0)
    assert "A file may have up to 25 MB." in text(answer)


def _small(self, most, request):
    super(type(self), self).__init__(request)
    self.most, self.seen = 100_000, 0


def test_an_upload_without_the_forms_token_is_refused(mill):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.member_of(mill))
    assert (send(client, as_csv([HEAD, *goods(1)])).status_code, Import.objects.count()) == (403, 0)


def test_a_file_that_is_no_table_is_answered_with_the_reason(client, mill):
    answer = send(client, b"%PDF-1.7", name="list.pdf")
    assert answer.status_code == 422
    assert "This is not a table. Send a CSV file or an XLSX workbook." in text(answer)


def test_refused_rows_come_as_a_file_that_can_be_mended_and_sent_again(client, mill):
    owner = factories.member_of(mill)
    rows = goods(3)
    rows[1][4] = "cheap"
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *rows])))
    answer = client.get(reverse("import_refused", args=[batch.uid, "xlsx"]))
    [head, row] = [
        list(cells) for cells in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    ]
    assert head == [*HEAD, "Row in the file", "What is wrong"]
    assert row[:5] == ["Rice 2", "1006.30", "Thailand", "AGRI-01", "cheap"]
    assert row[8:] == [3, "Price from: Write the amount in digits, such as 1250.50 or 1,250.50."]
    row[4] = "1.5"
    again = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_xlsx([head, row])))
    assert (again.created, Product.objects.count()) == (1, 3)


def test_anothers_import_and_its_files_answer_404(client, mill):
    other = factories.supplier()
    owner = factories.member_of(other)
    batch = previewed(by=owner, company=other, content=as_csv([HEAD, *goods(1)]))
    addresses = [reverse("import", args=[batch.uid]), reverse("import_refused", args=[batch.uid, "csv"])]
    addresses += [reverse("import_progress", args=[batch.uid]), reverse("import_new", args=["team", "suppliers"])]
    assert [client.get(url).status_code for url in addresses] == [404] * 4
    acts = ("apply", "undo", "drop", "look", "columns")
    assert [client.post(reverse(f"import_{act}", args=[batch.uid])).status_code for act in acts] == [404] * 5
    assert client.post(reverse("import_correct", args=[batch.uid, 2])).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_example_is_in_words_of_the_reader_and_is_read_without_a_question(client, mill, language):
    factories.category("AGRI-06", name={"en": "Cereals, flour", "zh-hans": "谷物、面粉"})
    factories.read_in(language, client)
    answer = client.get(reverse("import_example", args=["company", "products", "xlsx"]))
    owner = factories.member_of(mill)
    batch = previewed(by=owner, company=mill, content=answer.content)
    assert (batch.total, batch.rejected) == (1, 0)
    row = batch.rows.get()
    written = [row.raw[batch.mapping[name]] for name in ("category", "origin", "storage", "capacity_period")]
    words = {
        "en": ["Cereals, flour", "Thailand", "ambient", "a month"],
        "zh-hans": ["谷物、面粉", "泰国", "常温", "每月"],
    }
    assert written == words[language]
    assert [row.values[name] for name in ("category_id", "origin", "storage", "capacity_period")] == [
        *("AGRI-06", "TH", "ambient", "month")
    ]


# -- what a supplier's sheet looks like ------------------------------------------------------------------------------
def price_list(content):
    """With a title over all columns and a line about the prices, as most price lists have."""
    return as_xlsx(content, lambda book: book.active.merge_cells("A1:H1"))


TITLE = [["Surin Rice Mill, price list"], ["valid until 31 December"]]


def columns(client, batch, **said):
    places = {f"at_{name}": place for name, place in batch.mapping.items()}
    return client.post(reverse("import_columns", args=[batch.uid]), {**places, **said})


def test_a_title_above_the_column_names_is_left_out(client, mill):
    content = price_list([*TITLE, HEAD, *goods(2)])
    page = client.get(send(client, content, name="list.xlsx").url)
    batch = Import.objects.get()
    assert (batch.head, batch.seen["head_row"]) == (HEAD, 3)
    assert [name for name, _label in page.context["look"].fields["head_row"].choices] == [1, 2, 3, 4, 5]
    assert dict(page.context["form"].fields["at_hs_code"].choices)["1"] == "HS code · 1006.30"
    columns(client, batch)
    services.work_waiting()
    assert [(row.row_no, row.values["texts"][0]["name"]) for row in batch.rows.all()] == [(4, "Rice 1"), (5, "Rice 2")]


def test_another_row_may_be_said_to_hold_the_names_and_another_sheet_is_looked_at_anew(client, mill):
    def second(book):
        sheet = book.create_sheet("More")
        for row in [["Price list"], HEAD, *goods(1)]:
            sheet.append(row)

    send(client, as_xlsx([["Our goods"], ["Goodz", "Tarif"], ["Rice", "100630"]], second), name="list.xlsx")
    batch = Import.objects.get()

    def look(choice):
        client.post(reverse("import_look", args=[batch.uid]), choice)
        services.work_waiting()

    look({"sheet": batch.seen["sheet"], "head_row": "2"})
    batch.refresh_from_db()
    assert (batch.head, batch.seen["head_row"]) == (["Goodz", "Tarif"], 2)
    look({"sheet": batch.seen["sheet"], "head_row": "99"})  # there is no such row: looked for again
    batch.refresh_from_db()
    assert batch.seen["head_row"] == 1
    look({"sheet": "More", "head_row": "3"})
    batch.refresh_from_db()
    assert (batch.head, batch.seen["head_row"]) == (HEAD, 2)


def test_names_nobody_knows_are_said_and_every_column_is_in_sight(client, mill):
    page = text(client.get(send(client, as_csv([["Goodz", "Tarif nr"], ["Rice", "100630"]])).url))
    assert "None of your columns has a name we know." in page
    assert "<details open>" in page
    assert "Goodz · Rice" in page
    assert "UTF-8-SIG" not in page
    known = text(client.get(send(client, as_csv([HEAD, *goods(1)])).url))
    assert "None of your columns" not in known
    assert "<details open>" not in known


def test_a_file_of_names_alone_is_not_called_in_order(client, mill):
    url = send(client, as_csv([HEAD])).url
    columns(client, Import.objects.get())
    services.work_waiting()
    page = text(client.get(url))
    assert "There is nothing below the column names" in page
    assert f'href="{reverse("import_new", args=["company", "products"])}"' in page
    assert "Every row is in order" not in page


def test_a_cell_of_a_list_is_mended_with_the_list_beside_it(client, mill):
    rows = goods(2)
    rows[0][7], rows[0][2], rows[1][0] = "bushel", "Siam", ""
    url = send(client, as_csv([HEAD, *rows])).url
    batch = Import.objects.get()
    columns(client, batch)
    services.work_waiting()
    answer = client.get(url)
    assert set(answer.context["choices"]) == {"min_order_unit", "origin"}
    assert ("Thailand", "") in answer.context["choices"]["origin"]
    assert 'name="cell_origin" value="Siam"' in text(answer)
    assert '<datalist id="list-origin">' in text(answer)
    assert [one["title"] for one in answer.context["refused"]] == ["Rice 1", "1006.30 · Thailand · AGRI-01"]
    assert "No row can come in as it is." in text(answer)
    client.post(
        reverse("import_correct", args=[batch.uid, 2]), {"cell_origin": "Thailand", "cell_min_order_unit": "kg"}
    )
    assert [row["becomes"] for row in client.get(url).context["sound"]] == ["new"]


def test_the_result_says_whether_anybody_sees_it_and_an_undone_file_is_no_dead_end(client, mill):
    again = f'href="{reverse("import_new", args=["company", "products"])}"'
    owner, drafts = factories.member_of(mill), "What is new are drafts"
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(1)])))
    url = reverse("import", args=[batch.uid])
    assert drafts in text(client.get(url))
    client.post(reverse("import_undo", args=[batch.uid]))
    services.work_waiting()
    assert again in text(client.get(url))
    shown = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(1)]), publish=True)
    applied(by=owner, batch=shown)
    assert drafts not in text(client.get(reverse("import", args=[shown.uid])))


def test_a_list_taken_along_comes_back_unchanged(client, mill):
    """What is exported is what is read: edit the file and send it back."""
    factories.product(mill, name="=Rice", certificates=("HACCP",), price_low="0.95", currency="USD", article="R-5")
    for form in ("csv", "xlsx"):
        answer = client.get(reverse("supplier_products_export", args=[form]))
        batch = previewed(by=factories.member_of(mill), company=mill, content=answer.content)
        assert [row.action for row in batch.rows.all()] == ["same"]


def test_exports_hold_ones_own_rows_only(client, mill):
    factories.product(mill, name="Mine")
    factories.product(factories.supplier(), name="Another's")
    answer = client.get(reverse("supplier_products_export", args=["csv"]) + "?company=1")
    assert answer.content.decode().count("\r\n") == 2
    assert "Another" not in answer.content.decode()
    assert client.get(reverse("console_export", args=["suppliers", "csv"])).status_code == 404


def test_the_teams_companies_wait_for_approval(client):
    campaign = factories.campaign()
    client.force_login(factories.organiser(campaign))
    content = as_csv(
        [["公司名称", "国家", "城市", "邮箱"], ["Fromagerie Lefèvre", "法国", "Dole", "a@example.org"]], "gb18030"
    )
    send(client, content, "team", "suppliers")
    batch = Import.objects.get()
    client.post(
        reverse("import_columns", args=[batch.uid]), {f"at_{name}": place for name, place in batch.mapping.items()}
    )
    services.work_waiting()
    client.post(reverse("import_apply", args=[batch.uid]))
    services.work_waiting()
    company = Company.objects.get()
    assert (company.legal_name, company.country, company.status, company.is_supplier) == (
        "Fromagerie Lefèvre",
        "FR",
        "pending",
        True,
    )
    assert "Fromagerie" in text(client.get(reverse("console_companies")))
