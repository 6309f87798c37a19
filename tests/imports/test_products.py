"""Products from a sheet, from the upload to the undo."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product, ProductText
from matchmaker.catalogue.services import save_product
from matchmaker.core.problems import Refused
from matchmaker.imports import services
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services import applying, staging
from tests import factories
from tests.imports.sheets import HEAD, applied, as_csv, as_xlsx, goods, outcome, previewed

pytestmark = pytest.mark.django_db
ODD = (
    *("a\\tb", "a\\\\nb", "\\N", "\\.", "x\\", "\"q\" 'q'", "{a,b}", "NULL", "50 % $1 %s", "\\x41", "\\u0000"),
    *("茶", "né", "🍚 rice", "٣ tea"),
)


def problems(batch):
    return {row.row_no: row.problems for row in batch.rows.filter(action="reject")}


def test_products_come_in_as_the_form_would_write_them(mill, owner):
    head = [*HEAD, "Name in Chinese", "Certificates", "Incoterm", "Storage", "Lead time", "SKU"]
    row = [*goods(1)[0], "茉莉香米", "HACCP; halal", "fob", "常温", "30", "R-5"]
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_xlsx([head, row])))

    product = Product.objects.get()
    assert [(text.language, text.name, text.is_original) for text in product.texts.all()] == [
        ("en", "Rice 1", True),
        ("zh", "茉莉香米", False),
    ]
    assert [certificate.code for certificate in product.certificates.all()] == ["HACCP", "HALAL"]
    said = (product.article, product.hs_code, product.origin, product.category_id, product.min_order_unit)
    assert said == ("R-5", "100630", "TH", "AGRI-01", "t")
    assert (str(product.price_low), product.incoterm, product.storage, product.lead_time_days) == (
        "0.9500",
        "FOB",
        "ambient",
        30,
    )
    assert (product.status, product.company, product.revision) == ("draft", mill, 1)


def test_every_rule_of_the_form_holds_for_the_sheet(mill, owner):
    """The same row through the form's verb and through a file is refused with the same sentence."""
    wrong = {"hs_code": "100699", "currency": "XYZ", "min_order_unit": "bushel"}
    with pytest.raises(ValidationError) as by_form:
        save_product(by=owner, company=mill, origin="TH", min_order=3, price_low=1, **wrong)
    row = ["Rice", "100699", "TH", "", "1", "XYZ", "3", "bushel"]
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, row]))
    by_sheet = problems(batch)[2]
    assert by_sheet == {field: sentences[0] for field, sentences in by_form.value.message_dict.items()}


def test_publish_shows_what_is_complete_and_keeps_the_rest_as_drafts(mill, owner):
    rows = goods(2)
    rows[1][3] = ""  # without a category
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]), publish=True))
    assert list(Product.objects.order_by("pk").values_list("status", flat=True)) == ["published", "draft"]


def test_three_bad_of_a_thousand_are_named_and_the_others_come_in(mill, owner):
    rows = goods(1000)
    rows[9][1], rows[499][4], rows[998][0] = "999999", "cheap", ""
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
    assert (batch.total, batch.valid, batch.rejected, batch.state) == (1000, 997, 3, "preview")
    assert problems(batch) == {
        11: {"hs_code": "HS 2022 has no code 999999. Pick one of the suggestions, or leave it empty."},
        501: {"price_low": "Write the amount in digits, such as 1250.50 or 1,250.50."},
        1000: {"name": "Fill this in."},
    }
    assert Product.objects.count() == 0
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 1000, "created": 997, "updated": 0, "unchanged": 0, "rejected": 3}
    assert Product.objects.count() == 997


def test_a_row_twice_in_the_file_is_one_product_and_the_later_one_adds_to_it(mill, owner):
    rows = goods(2)
    rows.append([*rows[0][:4], "", "", "40", "t"])
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
    third = batch.rows.get(row_no=4)
    assert (third.action, third.notes[""]) == ("update", "Adds to row 2, which is the same.")
    applied(by=owner, batch=batch)
    product = Product.objects.get(texts__name="Rice 1")
    assert (str(product.min_order), str(product.price_low)) == ("40.00", "0.9500")
    assert outcome(batch) == {"total": 3, "created": 2, "updated": 1, "unchanged": 0, "rejected": 0}


def test_another_companys_name_in_the_company_column_is_refused(mill, owner):
    other = factories.supplier(legal_name="Somebody Else Ltd")
    rows = [
        [*goods(1)[0], "Somebody Else Ltd"],
        [*goods(1, 2)[0], "Surin Rice Mill"],
        [*goods(1, 3)[0], str(other.uid)],
    ]
    batch = previewed(by=owner, company=mill, content=as_csv([[*HEAD, "Company"], *rows]))
    sentence = "This row belongs to another company. You can import rows of your own only."
    assert problems(batch) == {2: {"company": sentence}, 4: {"company": sentence}}


def test_a_formula_is_kept_as_the_text_it_is(mill, owner):
    names = ['=cmd|"/c calc"!A1', "＝1+1", "+tea", "@rice", "-5 °C fish"]
    rows = [[name, *goods(1)[0][1:]] for name in names]
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *rows])))
    assert list(ProductText.objects.order_by("pk").values_list("name", flat=True)) == names


def test_the_same_file_again_changes_nothing(mill, owner):
    content = as_csv([HEAD, *goods(30)])
    applied(by=owner, batch=previewed(by=owner, company=mill, content=content))
    again = applied(by=owner, batch=previewed(by=owner, company=mill, content=content))
    assert outcome(again) == {"total": 30, "created": 0, "updated": 0, "unchanged": 30, "rejected": 0}
    assert Product.objects.count() == 30


def test_two_uploads_checked_before_either_came_in_make_each_product_once(mill, owner):
    content = as_csv([HEAD, *goods(20)])
    first = previewed(by=owner, company=mill, content=content)
    second = previewed(by=owner, company=mill, content=content)
    assert second.actions() == {"create": 20}
    applied(by=owner, batch=first)
    applied(by=owner, batch=second)
    assert outcome(second) == {"total": 20, "created": 0, "updated": 20, "unchanged": 0, "rejected": 0}
    assert Product.objects.count() == 20


class Killed(BaseException):
    """Stands for the process that ends at this point."""


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(10))
def test_killed_in_any_piece_it_goes_on_where_it_ended(mill, owner, monkeypatch, chunk):
    """Ten points: the transaction of that chunk is lost, everything before it stands, the next worker does the rest."""
    monkeypatch.setattr(staging, "PIECE", 10)
    monkeypatch.setattr(applying, "PIECE", 10)
    rows = goods(100)
    rows[55][1] = "000000"
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
    services.apply_import(by=owner, batch=batch)
    calls = []
    real = applying._change

    def dies(*args):
        calls.append(1)
        if len(calls) == chunk + 1:
            raise Killed
        return real(*args)

    monkeypatch.setattr(applying, "_change", dies)
    with pytest.raises(Killed):
        services.work_waiting()
    batch.refresh_from_db()
    assert batch.done_through == (chunk * 10 + 1 if chunk else 0)
    assert services.work_waiting() == 0  # the dead worker's lease still runs
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.work_waiting() == 1
    batch.refresh_from_db()
    assert outcome(batch) == {"total": 100, "created": 99, "updated": 0, "unchanged": 0, "rejected": 1}
    assert Product.objects.count() == 99
    assert ProductText.objects.values("name").distinct().count() == 99


def test_corrected_cells_are_judged_again_and_the_same_mistake_is_mended_everywhere(mill, owner):
    rows = goods(4)
    rows[0][7] = rows[1][7] = "bushel"
    rows[2][4] = "cheap"
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
    assert batch.rejected == 3
    row = batch.rows.get(row_no=2)
    assert services.correct_row(by=owner, batch=batch, row=row, cells={"min_order_unit": "t"}, everywhere=True) == 2
    price = batch.rows.get(row_no=4)
    assert services.correct_row(by=owner, batch=batch, row=price, cells={"price_low": "x"}, everywhere=False) == 0
    price.refresh_from_db()
    assert services.correct_row(by=owner, batch=batch, row=price, cells={"price_low": "1.5"}, everywhere=False) == 1
    batch.refresh_from_db()
    assert batch.rejected == 0
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 4, "created": 4, "updated": 0, "unchanged": 0, "rejected": 0}


def test_a_correction_may_fill_a_column_the_file_does_not_have(mill, owner):
    head, row = ["Product name", "Price", "Origin"], ["Rice", "2.50", "TH"]
    batch = previewed(by=owner, company=mill, content=as_csv([head, row]))
    assert problems(batch) == {2: {"currency": "Say which currency the price is in."}}
    row = batch.rows.get()
    assert services.correct_row(by=owner, batch=batch, row=row, cells={"currency": "USD"}, everywhere=False) == 1
    applied(by=owner, batch=batch)
    assert Product.objects.get().currency == "USD"


def test_of_two_rows_that_are_the_same_the_first_makes_the_product_whichever_is_mended_later(mill, owner):
    rows = goods(3)
    rows[0][0] = rows[1][0] = rows[2][0] = "Rice"
    rows[0][4] = rows[2][4] = "cheap"  # the second is sound and new as it came
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *rows]))
    assert batch.actions() == {"create": 1, "reject": 2}
    first, third = batch.rows.get(row_no=2), batch.rows.get(row_no=4)
    assert services.correct_row(by=owner, batch=batch, row=first, cells={"price_low": "1"}, everywhere=False) == 1
    assert services.correct_row(by=owner, batch=batch, row=third, cells={"price_low": "3"}, everywhere=False) == 1
    assert [(row.row_no, row.action) for row in batch.rows.all()] == [(2, "create"), (3, "update"), (4, "update")]
    assert batch.rows.get(row_no=3).raw[0] == "Rice"
    batch.refresh_from_db()
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 3, "created": 1, "updated": 2, "unchanged": 0, "rejected": 0}
    assert str(Product.objects.get().price_low) == "3.0000"


def test_a_row_whose_number_came_in_meanwhile_is_refused_with_its_cells_and_the_others_come_in(mill, owner):
    rows = [[*row, f"A-{n}"] for n, row in enumerate(goods(3))]
    batch = previewed(by=owner, company=mill, content=as_csv([[*HEAD, "SKU"], *rows]))
    factories.product(mill, name="Another", article="A-1", status="withdrawn")
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    refused = batch.rows.get(action="reject")
    assert (refused.row_no, refused.raw[0], refused.raw[-1], list(refused.problems)) == (3, "Rice 2", "A-1", [""])


@pytest.mark.parametrize("text", ODD)
def test_a_text_that_means_something_to_a_database_comes_in_as_it_is(mill, owner, text):
    row = [f"Rice {text}", *goods(1)[0][1:], f"first {text}\n\tsecond\\\n{text}", text]
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([[*HEAD, "Description", "SKU"], row])))
    stored = ProductText.objects.values_list("name", "description", "product__article").get()
    assert stored == (f"Rice {text}", f"first {text}\n\tsecond\\\n{text}", text)


def test_tabs_line_breaks_and_nul_where_they_may_not_stand_refuse_their_row_alone(mill, owner):
    names = ["Rice\tA", "Rice\nB", "Rice\x00C", "Rice D"]
    content = as_csv([HEAD, *[[name, *goods(1)[0][1:]] for name in names]])
    batch = previewed(by=owner, company=mill, content=content, encoding="utf-8-sig")  # looked at, it would be no text
    raw = [row.raw[0] for row in batch.rows.filter(action="reject")]
    assert raw == ["Rice\tA", "Rice\nB", "Rice\ufffdC"]  # NUL is kept as the sign for a broken character
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 4, "created": 1, "updated": 0, "unchanged": 0, "rejected": 3}
    assert ProductText.objects.get().name == "Rice D"


def test_what_others_wrote_meanwhile_is_looked_for_only_when_there_is_something_new(mill, owner, monkeypatch):
    content = as_csv([HEAD, *goods(3)])
    first = previewed(by=owner, company=mill, content=content)
    second = previewed(by=owner, company=mill, content=content)
    calls = []
    kind = applying.KINDS["products"]
    real = kind.existing
    monkeypatch.setattr(kind, "existing", lambda *args, **more: calls.append(more) or real(*args, **more))
    applied(by=owner, batch=first)
    assert calls == []
    applied(by=owner, batch=second)
    assert len(calls) == 1
    assert outcome(second)["updated"] == 3


def test_the_name_of_a_broken_character_in_letters_is_a_text_like_any_other(mill, owner):
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, ["Rice \\u0000", *goods(1)[0][1:]]]))
    assert [row.values["texts"][0]["name"] for row in batch.rows.all()] == ["Rice \\u0000"]


def test_undo_takes_back_what_was_made_and_puts_back_what_was_changed(mill, owner):
    old = factories.product(mill, name="Rice 1", price_low="0.80", currency="USD", min_order=None, min_order_unit="")
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(3)])))
    old.refresh_from_db()
    assert (str(old.price_low), str(old.min_order)) == ("0.9500", "20.00")
    services.undo_import(by=owner, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    old.refresh_from_db()
    assert (batch.state, batch.kept, Product.objects.get()) == ("undone", 0, old)
    assert (str(old.price_low), old.min_order, old.min_order_unit) == ("0.8000", None, "")


def test_undo_of_an_import_from_before_a_field_takes_back_what_nobody_touched(mill, owner):
    old = factories.product(mill, name="Rice 1", price_low="0.80", currency="USD", min_order=None, min_order_unit="")
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(3)])))
    for row in batch.rows.all():  # as a version stored them that had no lots in China
        del row.values["lots_in_china"]
        if row.before:
            del row.before["lots_in_china"]
        row.save()
    since = Product.objects.exclude(pk=old.pk).first()
    lot = {"customs": "bonded", "place": "Ningbo", "quantity": "2", "unit": "t", "until": ""}
    Product.objects.filter(pk=since.pk).update(lots_in_china=[lot])
    services.undo_import(by=owner, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    old.refresh_from_db()
    assert (batch.state, batch.kept, set(Product.objects.all())) == ("undone", 1, {old, since})
    assert str(old.price_low) == "0.8000"


def test_undo_keeps_what_somebody_has_worked_with_since(mill, owner):
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(3)])))
    touched = Product.objects.first()
    save_product(by=owner, company=mill, product=touched, lead_time_days=10)
    services.undo_import(by=owner, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    assert (batch.kept, list(Product.objects.all())) == (1, [touched])


def test_undo_is_refused_after_seven_days_and_the_rows_are_forgotten(mill, owner):
    batch = applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(2)])))
    Import.objects.update(undo_until=timezone.now() - timedelta(minutes=1))
    batch.refresh_from_db()
    with pytest.raises(Refused) as refused:
        services.undo_import(by=owner, batch=batch)
    assert refused.value.code == "too_late"
    services.forget_old()
    assert ImportRow.objects.count() == 0
    assert Product.objects.count() == 2


def test_a_stranger_and_a_plain_member_bring_nothing_in(mill, owner):
    plain = factories.user()
    mill.memberships.create(user=plain, role="member")
    for person in (plain, factories.user()):
        with pytest.raises(Refused):
            services.start_import(by=person, kind="products", file_name="a.csv", content=b"name\nrice", company=mill)
    with pytest.raises(Refused) as refused:
        services.start_import(by=owner, kind="demands", file_name="a.csv", content=b"name\nrice", company=mill)
    assert refused.value.code == "wrong_side"


def test_an_import_of_somebody_else_does_not_exist(mill, owner):
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(1)]))
    assert list(Import.objects.visible_to(owner)) == [batch]
    assert list(Import.objects.visible_to(factories.member_of(factories.supplier()))) == []
    factories.campaign()
    assert list(Import.objects.visible_to(factories.organiser())) == []


def test_the_audit_has_one_entry_a_chunk_and_not_one_a_row(mill, owner):
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(40)])))
    entries = AuditEntry.objects.filter(organisation=str(mill.uid)).order_by("pk")
    assert [(entry.verb, entry.facts.get("rows")) for entry in entries] == [
        ("start_import", None),
        ("apply_import", 40),
        ("add_products", 40),
        ("import_applied", None),
    ]


def test_the_team_brings_in_products_for_the_companies_they_name(mill):
    campaign = factories.campaign()
    team = factories.organiser(campaign)
    campaign.participations.create(company=mill, side="supplier")
    stranger = factories.supplier(legal_name="Not Of This Campaign")
    rows = [[*goods(1)[0], "surin rice mill"], [*goods(1, 2)[0], stranger.legal_name], [*goods(1, 3)[0], ""]]
    batch = previewed(by=team, campaign=campaign, content=as_csv([[*HEAD, "Supplier"], *rows]))
    assert problems(batch) == {
        3: {"company": "No company of the campaign on this side has this name or number."},
        4: {"company": "Say whose row this is: name, company number or uid."},
    }
    applied(by=team, batch=batch)
    assert Product.objects.get().company == mill


def test_a_piece_needs_the_same_few_queries_whatever_its_size(mill, owner, monkeypatch):
    needed = []
    for start, count in ((1, 20), (1001, 400)):
        batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(count, start)]))
        services.apply_import(by=owner, batch=batch)
        with CaptureQueriesContext(connection) as seen:
            services.work_waiting()
        needed.append(len(seen))
    assert needed[0] == needed[1] <= 45, needed
