"""Text for one reader is marked, and stays a text."""

import json
import pickle

import pytest
from django.utils import translation
from django.utils.html import conditional_escape

from matchmaker.core.multilingual import Texts
from matchmaker.core.rendered import Rendered
from tests import factories


def test_it_is_a_text_everywhere():
    text = Rendered("Riz & jasmin")
    assert (text, f"<{text}>", json.dumps(text), len(text)) == ("Riz & jasmin", "<Riz & jasmin>", '"Riz & jasmin"', 12)
    assert conditional_escape(text) == "Riz &amp; jasmin"
    assert pickle.loads(pickle.dumps(text)) == text
    assert {text: 1}["Riz & jasmin"] == 1


def test_str_of_it_is_marked_too_and_plain_is_not():
    text = Rendered("Riz")
    assert type(str(text)) is Rendered
    assert (text.plain(), type(text.plain())) == ("Riz", str)


@pytest.mark.django_db
def test_names_that_depend_on_the_reader_are_marked():
    company = factories.supplier(legal_name="Surin Rice Mill", name_zh="素林米厂", city="Surin")
    product = factories.product(company, name="Thai Hom Mali rice")
    line = factories.line(text="茉莉香米", language="zh")
    texts = Texts({"en": "Rice", "fr": "Riz"})
    shown = [str(company), company.display_name, company.place, company.country_name, str(product), product.name]
    shown += [str(texts), texts.text(), str(line.text_for_reader)]
    assert [type(text) for text in shown] == [Rendered] * len(shown)
    with translation.override("zh-hans"):
        assert str(company) == "素林米厂"
