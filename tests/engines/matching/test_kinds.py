"""Services are told from goods; goods are judged as if nothing were asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matchmaker.engines.matching import Classifier
from matchmaker.engines.matching.kinds import FILE, Kinds, learn, service_names

DATA = Path(__file__).resolve().parents[3] / "data"
GOODS = [("en", "forged steel ball valve"), ("th", "ข้าวหอมมะลิ 5 กก."), ("zh", "冷冻南美白虾仁"), ("de", "Kugellager")]
SERVICES = [
    ("en", "sea freight forwarding from Bangkok to Shanghai", "SERV-03"),
    ("zh", "承接软件开发外包", "SERV-08"),
    ("fr", "Entretien et réparation de machines industrielles", "SERV-02"),
    ("ru", "Страхование грузов для экспортёров", "SERV-06"),
]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Classifier:
    return Classifier.load(DATA, tmp_path_factory.mktemp("engine"))


@pytest.mark.parametrize(("lang", "text", "category"), SERVICES)
def test_a_service_is_given_its_category_and_no_customs_code(classifier, lang, text, category):
    ((categories, codes),) = classifier.suggest([text], 3, 10, [lang])
    assert categories[0].code == category
    assert codes == []
    assert classifier.suggest_hs([text], 10, [lang]) == [[]]


def test_goods_are_judged_exactly_as_without_the_kinds(classifier):
    langs, texts = zip(*GOODS, strict=True)
    without = replace(classifier, kinds=None)
    (judged,), (before,) = classifier.judge(texts, langs), without.judge(texts, langs)
    assert not judged.is_service.any()
    np.testing.assert_array_equal(judged.codes, before.codes)
    np.testing.assert_array_equal(judged.categories, before.categories)


def test_a_fast_classifier_calls_nothing_a_service(classifier):
    texts, langs = [text for _lang, text, _category in SERVICES], [lang for lang, _text, _category in SERVICES]
    fast = replace(classifier, fast=True)
    (judged,), (before,) = fast.judge(texts, langs), replace(fast, kinds=None).judge(texts, langs)
    assert not judged.is_service.any()
    np.testing.assert_array_equal(judged.categories, before.categories)


def test_shares_of_the_categories_of_a_service_are_no_more_than_one(classifier):
    (judged,) = classifier.judge([text for _lang, text, _category in SERVICES], [row[0] for row in SERVICES])
    assert judged.is_service.all()
    np.testing.assert_array_less(judged.categories.sum(axis=1), 1.001)


def test_the_vocabulary_names_every_category_in_fifteen_languages():
    names = service_names(DATA)
    assert len(names) >= 600
    assert len({(lang, category) for lang, _name, category in names}) == 150


def test_what_was_learned_is_read_as_it_was_written(tmp_path):
    vectors = np.eye(3, 4, dtype=np.float32)
    kinds = Kinds(("A", "B"), {"second": learn(vectors, ["", "A", "B"], ("A", "B"))})
    kinds.save(tmp_path / FILE)
    read = Kinds.load(tmp_path / FILE)
    assert read.categories == ("A", "B")
    assert (read.services({"second": vectors}) > 0.5).tolist() == [[False, False], [True, False], [False, True]]
