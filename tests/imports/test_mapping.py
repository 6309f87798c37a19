"""Heads people write, and how they are told apart."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.core.problems import Refused
from matchmaker.engines.reading import headers
from matchmaker.imports import services
from matchmaker.imports.columns import heads
from tests.imports.sheets import as_csv, opened


def places(kind, *head):
    return {name: head[place] for name, place in headers.suggest_columns(head, heads(kind)).items()}


def test_chinese_heads_in_another_order_are_told():
    assert places("products", "最小起订量", "单价（美元）", "品名*", "海关编码", "原产国", "备用") == {
        "min_order": "最小起订量",
        "price_low": "单价（美元）",
        "name": "品名*",
        "hs_code": "海关编码",
        "origin": "原产国",
    }


def test_heads_with_typing_errors_are_told():
    assert places("products", "Prodcut name", "Contry of origin", "Curency", "H.S. Code") == {
        "name": "Prodcut name",
        "origin": "Contry of origin",
        "currency": "Curency",
        "hs_code": "H.S. Code",
    }


def test_nothing_is_made_of_heads_that_mean_something_else():
    assert places("products", "Our ref", "Booth", "Remarks on hall") == {}


@pytest.mark.django_db
def test_a_column_that_is_needed_and_missing_is_asked_for(mill, owner):
    batch = opened(by=owner, company=mill, content=as_csv([["Foo", "HS"], ["rice", "100630"]]))
    assert batch.mapping == {"hs_code": 1}
    with pytest.raises(Refused) as refused:
        services.map_columns(by=owner, batch=batch, mapping=batch.mapping, defaults={}, publish=False)
    assert (refused.value.code, refused.value.message) == ("columns_missing", "Say where to find: product name.")
    services.map_columns(by=owner, batch=batch, mapping={"name": 0}, defaults={"origin": "TH"}, publish=False)
    services.work_waiting()
    assert batch.rows.get().values["origin"] == "TH"


@pytest.mark.django_db
def test_what_cannot_be_read_is_refused_at_the_upload_with_a_sentence(mill, owner):
    with pytest.raises(ValidationError) as refused:
        services.start_import(
            by=owner, kind="products", company=mill, file_name="x.xls", content=b"\xd0\xcf\x11\xe0" * 9
        )
    assert refused.value.message_dict == {
        "file": ["This is a workbook in the old .xls format. Save it as .xlsx and send that."]
    }


@pytest.mark.django_db
def test_a_file_name_is_shown_and_never_used(mill, owner):
    for given, shown in [
        ("../../etc/passwd", "passwd"),
        ('a";\r\nX: y.csv', "a file"),
        ("cod\u202efdp.exe", "a file"),
        ("", "a file"),
    ]:
        batch = services.start_import(by=owner, kind="products", company=mill, file_name=given, content=b"name\nrice")
        assert batch.file_name == shown
        batch.delete()  # one file of a company is worked on at a time
