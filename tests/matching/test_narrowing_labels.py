"""How the options of a question about a code are called."""

from types import SimpleNamespace

import pytest
from django.conf import settings

from matchmaker.engines.matching import load_nomenclature, narrowing
from matchmaker.matching.services.narrowing import label


@pytest.fixture(scope="module")
def nomenclature():
    return load_nomenclature(settings.DATA_DIR)


@pytest.mark.parametrize("lang", ["en", "ru", "th"])
def test_no_option_is_called_other(nomenclature, lang):
    engine = SimpleNamespace(nomenclature=nomenclature)
    labels = [label(narrowing.Option(code, (code,), 1.0), {}, engine, lang) for code in nomenclature.codes]
    assert [one for one in labels if one.lower().startswith("other")] == []
