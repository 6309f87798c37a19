"""Rows between reading and writing: nothing of them changes on the way, whoever dies meanwhile."""

import importlib
import json
import threading
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from matchmaker.catalogue.models import Product, ProductText
from matchmaker.core.bulk import insert, reserve_ids
from matchmaker.imports import services
from matchmaker.imports.models import Import, ImportPack
from matchmaker.imports.packs import Row, Unpacker, as_json, as_written, fresh_rows, packed, unpacked, written
from matchmaker.imports.services import applying, staging
from tests import factories
from tests.imports.sheets import HEAD, applied, as_csv, goods, outcome, previewed

pytestmark = pytest.mark.django_db
ODD = (
    *("a\\tb", "a\\\\nb", "\\N", "\\.", "x\\", "\"q\" 'q'", "{a,b}", "NULL", "50 % $1 %s", "\\x41", "\\u0000"),
    *("茶", "né", "🍚 rice", "a\u2028b", "٣ tea"),
)


def row(number: int, *cells: str, notes: dict[str, str] | None = None, **values) -> Row:
    return Row(number, list(cells), values, notes=notes, target=uuid.uuid4())


def kept(rows: list[Row]) -> ImportPack:
    names = list(rows[0].values or ())
    pack = packed(names, rows)
    return ImportPack(names=names, rows=as_json(pack), written=as_json(written(rows, pack)))


@pytest.mark.parametrize(
    "rows",
    [
        [row(2, name="rice", price=None, codes=[])],
        [row(2, name="rice", price=None, codes=["A"]), row(3, name="tea", price=None, codes=["A"])],
        [row(2, name="rice", price="1.5", codes=["A"]), row(7, codes=[], price="1.5", name="tea")],
        [row(number, name="rice", price=None, codes=[["en", "a", ""]]) for number in range(2, 6)],
        [row(number, texts=[["en", f"rice {number}", ""]], codes=["A", str(number)]) for number in range(2, 6)],
        [row(2, texts=[["en", "rice", ""]]), row(3, texts=[["en", "tea", ""], ["zh", "茶", ""]])],
        [row(2, codes=["A"]), row(3, codes=[]), row(4, codes=["B"])],
        [row(2, codes=["AB"]), row(3, codes="AB"), row(4, codes=None)],
    ],
)
def test_what_is_packed_by_columns_is_unpacked_by_rows(rows):
    assert unpacked(kept(rows)) == rows


@pytest.mark.parametrize(
    "rows",
    [
        [row(2, "rice", "1", name="rice", price="1", notes={"price": "1"})],
        [row(2, "rice", "1", name="rice", price="1"), row(3, "tea", "1", name="tea", price="1", notes={"": "seen"})],
        [row(2, "A", "B", one="B", other="A"), row(3, "B", "A", one="A", other="B")],
        [row(2, "A", "A", one="A", other="A"), row(4, "B", "B", one="B", other="B")],
        [row(number, "TH", f"tea {number}", "", texts=[["en", f"tea {number}", ""]]) for number in (2, 3, 5)],
        [row(2, "1", "2", price=1), row(3, "2", "3", price=2)],
        [row(2, "01.50", price="1.5"), row(3, "1.5", price="1.5")],
    ],
)
def test_cells_and_notes_are_as_they_were_written(rows):
    pack = kept(rows)
    found = unpacked(pack)
    as_written(pack, found)
    assert found == rows


def test_rows_that_end_early_are_filled_up_with_empty_cells():
    rows = [row(2, "rice"), row(3, "tea", "TH", "x"), row(4)]
    as_written(kept(rows), rows)
    assert [one.raw for one in rows] == [["rice", "", ""], ["tea", "TH", "x"], ["", "", ""]]


def test_a_cell_that_stands_among_the_values_as_it_was_written_is_kept_once():
    rows = [row(n, f"tea {n}", "1,0", texts=[["en", f"tea {n}", f"about {n}"]], price="1") for n in (2, 3, 4)]
    pack = packed(["texts", "price"], rows)
    assert pack[2:] == [
        {"each": [{"each": [["en"], ["tea 2", "tea 3", "tea 4"], ["about 2", "about 3", "about 4"]]}]},
        ["1"],
    ]
    assert written(rows, pack) == [[None], 0, ["1,0"]]


def test_a_column_that_says_the_same_everywhere_is_kept_once():
    rows = [row(number, name=f"rice {number}", origin="TH", article="") for number in (2, 3, 4)]
    assert packed(["name", "origin", "article"], rows)[2:] == [["rice 2", "rice 3", "rice 4"], ["TH"], [""]]


@pytest.mark.parametrize("text", ODD)
def test_a_text_that_means_something_to_a_database_comes_in_as_it_is(mill, owner, text):
    row = [f"Rice {text}", *goods(1)[0][1:], f"first {text}\n\tsecond\\\n{text}", text]
    applied(by=owner, batch=previewed(by=owner, company=mill, content=as_csv([[*HEAD, "Description", "SKU"], row])))
    found = ProductText.objects.values_list("name", "description", "product__article").get()
    assert found == (f"Rice {text}", f"first {text}\n\tsecond\\\n{text}", text)


def test_tabs_line_breaks_and_nul_where_they_may_not_stand_refuse_their_row_alone(mill, owner):
    names = ["Rice\tA", "Rice\nB", "Rice\x00C", "Rice D"]
    content = as_csv([HEAD, *[[name, *goods(1)[0][1:]] for name in names]])
    batch = previewed(by=owner, company=mill, content=content, encoding="utf-8-sig")  # looked at, it would be no text
    raw = [row.raw[0] for row in batch.rows.all()]
    assert raw == ["Rice\tA", "Rice\nB", "Rice\ufffdC"]  # NUL is kept as the sign for a broken character
    applied(by=owner, batch=batch)
    assert outcome(batch) == {"total": 4, "created": 1, "updated": 0, "unchanged": 0, "rejected": 3}
    assert ProductText.objects.get().name == "Rice D"


def test_packs_that_held_rows_hold_columns_after_the_updates(mill, owner):
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(3)]))
    before, pack = list(fresh_rows(batch)), batch.packs.get()
    old = [[row.row_no, [row.values[name] for name in pack.names], row.target.hex] for row in before]
    cells = [[row.raw, row.notes] for row in before]
    ImportPack.objects.update(rows=json.dumps(old), written=json.dumps(cells))
    empty = ImportPack.objects.create(batch=batch, first_row=9, last_row=9, rows="[]")
    for step in ("0006_packs_hold_columns", "0007_cells_by_columns"):
        importlib.import_module(f"matchmaker.imports.migrations.{step}").turn(apps, None)
    empty.refresh_from_db()
    assert (list(fresh_rows(batch)), unpacked(empty)) == (before, [])
    empty.delete()
    assert outcome(applied(by=owner, batch=batch))["created"] == 3


class Killed(Exception):
    """Stands for the process that ends at this point."""


@pytest.mark.parametrize("at", range(3))
def test_killed_between_two_pieces_it_goes_on_where_it_ended_and_leaves_no_thread(mill, owner, monkeypatch, at):
    """The following piece is being unpacked, this one is not committed yet: the most that can be under way."""
    monkeypatch.setattr(staging, "SIZES", (5,))
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(20)]))
    services.apply_import(by=owner, batch=batch)
    real, begun = Unpacker.begin, []

    def dies(unpacker, pack, behind):
        real(unpacker, pack, behind)
        begun.append(pack)
        if len(begun) == at + 1:
            raise Killed

    monkeypatch.setattr(Unpacker, "begin", dies)
    threads = threading.active_count()
    with pytest.raises(Killed):
        services.work_waiting()
    batch.refresh_from_db()
    assert (batch.done_through, batch.created, Product.objects.count()) == (at * 5 + (1 if at else 0), at * 5, at * 5)
    assert threading.active_count() == threads
    monkeypatch.setattr(Unpacker, "begin", real)
    Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.work_waiting() == 1
    batch.refresh_from_db()
    assert outcome(batch) == {"total": 20, "created": 20, "updated": 0, "unchanged": 0, "rejected": 0}
    assert ProductText.objects.values("name").distinct().count() == 20


def test_a_piece_that_cannot_be_unpacked_fails_where_it_is_asked_for(mill, owner, monkeypatch):
    monkeypatch.setattr(staging, "SIZES", (5,))
    batch = previewed(by=owner, company=mill, content=as_csv([HEAD, *goods(10)]))
    ImportPack.objects.filter(first_row__gt=2).update(rows="[[")
    services.apply_import(by=owner, batch=batch)
    with pytest.raises(json.JSONDecodeError):
        services.work_waiting()
    batch.refresh_from_db()
    assert (batch.state, batch.done_through, batch.created) == ("applying", 6, 5)


def test_what_others_wrote_meanwhile_is_looked_for_only_when_there_is_something_new(mill, owner, monkeypatch):
    content = as_csv([HEAD, *goods(3)])
    first = previewed(by=owner, company=mill, content=content)
    second = previewed(by=owner, company=mill, content=content)
    asked = []
    kind = applying.KINDS["products"]
    real = kind.existing
    monkeypatch.setattr(kind, "existing", lambda *args, **more: asked.append(more) or real(*args, **more))
    applied(by=owner, batch=first)
    assert asked == []
    applied(by=owner, batch=second)
    assert len(asked) == 1
    assert outcome(second)["updated"] == 3


def test_reserved_primary_keys_follow_each_other_and_are_nobody_elses(mill):
    first, second = reserve_ids(Product, 2)
    insert(
        Product, ("id", "uid", "company_id", "created_at", "updated_at"), [_bare(pk, mill) for pk in (first, second)]
    )
    assert (second, factories.product(mill).pk) == (first + 1, first + 2)


def _bare(pk: int, company) -> tuple:
    return pk, uuid.uuid4(), company.pk, timezone.now(), timezone.now()
