"""What every reader of pictures does. One whose packages are missing is skipped: requirements-pictures.txt."""

import io

import pylopdf_fonts_zh_cn
import pytest
from PIL import Image, ImageDraw, ImageFont

from matchmaker.engines.language.text import simplify
from matchmaker.engines.reading.pictures import RapidOCRReader, get_text_reader
from matchmaker.engines.reading.problems import Unreadable
from tests.files import bomb
from tests.imports.readers import MISSING, PATH, FixedTextReader

READERS = [RapidOCRReader]
LINES = [("Jasmine Rice", 60), ("净含量：5千克", 36), ("Product of Thailand", 36)]


@pytest.fixture(params=READERS, ids=lambda reader: reader.__name__)
def reader(request):
    found = request.param()
    if not found.is_available():
        pytest.skip("its packages are not installed")
    return found


def picture(lines=()) -> bytes:
    image = Image.new("RGB", (700, 320), "white")
    draw, top = ImageDraw.Draw(image), 20
    for text, size in lines:
        draw.text((30, top), text, font=ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), size), fill="black")
        top += size + 40
    out = io.BytesIO()
    image.save(out, "WEBP", quality=90)
    return out.getvalue()


def test_lines_come_from_top_to_bottom_with_their_sizes(reader):
    lines = reader.read(picture(LINES))
    found = [simplify(line.text).replace(" ", "") for line in lines]  # 凈 is read for 净
    assert found == [text.replace(" ", "") for text, _size in LINES]
    assert lines[0].height > lines[1].height
    assert all(0.6 <= line.sure <= 1 for line in lines)


def test_a_picture_without_text_has_no_lines(reader):
    assert reader.read(picture()) == []


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"%PDF-1.7", bomb()], ids=["empty", "svg", "pdf", "bomb"])
def test_what_is_no_picture_is_refused(reader, content):
    with pytest.raises(Unreadable) as refused:
        reader.read(content)
    assert refused.value.code == "not_a_picture"


def test_a_limit_that_is_reached_is_said(reader, monkeypatch):
    monkeypatch.setattr("matchmaker.engines.reading.pictures.SECONDS", 1)
    image = Image.effect_noise((1900, 1900), 90).convert("RGB")
    for top in range(0, 1900, 38):
        ImageDraw.Draw(image).text((5, top), "Jasmine rice 0123456789 " * 9, fill="black", font_size=30)
    out = io.BytesIO()
    image.save(out, "PNG")
    with pytest.raises(Unreadable) as refused:
        reader.read(out.getvalue())
    assert refused.value.code == "too_large_inside"


def test_the_setting_names_the_reader():
    assert isinstance(get_text_reader(PATH), FixedTextReader)
    assert get_text_reader("") is None
    assert get_text_reader(MISSING) is None
