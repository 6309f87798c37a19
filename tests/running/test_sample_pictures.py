"""The pictures of the sample: one of its own for each product, the same at each start, small."""

import io

import pytest
from PIL import Image

from matchmaker.core.pictures import reencode
from matchmaker.core.reference import read_csv
from matchmaker.running.sample_pictures import Sketch, draw_picture

ROWS = [*read_csv("sample/agri/products.csv"), *read_csv("sample/goods/products.csv")]
LOOKS = read_csv("sample/pictures.csv")


def drawn(row) -> bytes:
    words = row["name_en"] or row["name"]
    return draw_picture(key=row["product_key"], hs_code=row["hs6"], origin=row["origin"], words=words)


@pytest.mark.slow
def test_no_two_products_of_the_sample_have_the_same_picture():
    assert len({drawn(row) for row in ROWS}) == len(ROWS) == 244


def test_a_picture_is_the_same_at_each_start_and_small():
    content = drawn(ROWS[0])
    assert drawn(ROWS[0]) == content
    assert Image.open(io.BytesIO(content)).size == (480, 360)
    [(width, webp)] = reencode(content, 1600, 960, 480)
    assert width == 480
    assert len(webp) < 10_000


def test_every_kind_of_goods_in_the_sample_has_a_shape():
    known = [look["hs"] for look in LOOKS if look["hs"]]
    assert [row["hs6"] for row in ROWS if row["hs6"] and not row["hs6"].startswith(tuple(known))] == []
    assert {look["shape"] for look in LOOKS} <= vars(Sketch).keys()
