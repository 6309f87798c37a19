"""The pictures of the sample: one of its own for each product, small."""

from PIL import Image

from matchmaker.core.reference import read_csv
from matchmaker.running.sample import PICTURES

KEYS = [row["product_key"] for part in ("agri", "goods") for row in read_csv(f"sample/{part}/products.csv")]


def test_each_product_of_the_sample_has_a_picture_of_its_own():
    files = {path.stem: path.read_bytes() for path in PICTURES.glob("*.webp")}
    assert sorted(files) == sorted(KEYS)
    assert len(set(files.values())) == len(KEYS) == 244


def test_pictures_are_small():
    for path in PICTURES.glob("*.webp"):
        assert path.stat().st_size < 12_000, path.name
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (480, 360)), path.name
