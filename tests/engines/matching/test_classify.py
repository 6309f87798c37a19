"""The shipped engine on texts nobody trained on."""

from pathlib import Path

import pytest

from matchmaker.engines.matching import snapshot
from matchmaker.engines.matching.classify import Classifier

pytestmark = pytest.mark.slow  # loads an encoder

DATA = Path(__file__).resolve().parents[3] / "data"


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Classifier:
    return Classifier.load(DATA, tmp_path_factory.mktemp("engine"), fast=True)


def test_shipped_artefacts_are_whole_and_learned_from_the_files_that_are_here():
    assert snapshot.state(DATA) == "data/engine is whole and up to date."


@pytest.mark.parametrize(
    ("text", "category", "heading"),
    [
        ("Frozen peeled vannamei shrimp, IQF", "AGRI-02", "0306"),
        ("ข้าวหอมมะลิไทย 5 กก.", "AGRI-06", "1006"),
        ("特级初榨橄榄油 500毫升", "AGRI-07", "1509"),
        ("Huile d'olive vierge extra en bouteille", "AGRI-07", "1509"),
        ("Подсолнечное масло рафинированное", "AGRI-07", None),
        ("办公椅", None, "9401"),
    ],
)
def test_common_goods_in_many_languages(classifier, text, category, heading):
    if heading:
        assert classifier.suggest_hs([text], top=1)[0][0].code[:4] == heading
    if category:
        assert classifier.suggest_categories([text], top=1)[0][0].code == category


def test_vietnamese_goes_through_the_second_encoder(classifier):
    assert classifier.suggest_hs(["Cà phê nhân xanh robusta"], top=3)[0][0].code[:4] == "0901"


def test_services_have_a_category_without_an_hs_code(classifier):
    assert classifier.suggest_categories(["Software development outsourcing services"], 1)[0][0].code[:4] == "SERV"


def test_scores_are_probabilities_in_falling_order(classifier):
    found = classifier.suggest_hs(["bluetooth speaker"], top=5613)[0]
    scores = [suggestion.score for suggestion in found]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-3)


def test_empty_texts_have_no_suggestions_and_do_not_disturb_the_others(classifier):
    empty, full, odd = classifier.suggest_categories(["", "frozen shrimp", "\x00 \ud800"], top=2)
    assert (empty, odd) == ([], [])
    assert full == classifier.suggest_categories(["frozen shrimp"], top=2)[0]


def test_confirmed_code_is_used_at_once_and_the_old_classifier_is_unchanged(classifier):
    before = classifier.suggest_hs(["Gizmotron 3000 flux unit"], top=1)[0][0].code
    taught = classifier.with_exemplars(["Gizmotron 3000 flux unit"], ["847989"])
    assert before != "847989"
    assert taught.suggest_hs(["gizmotron 3000 flux unit"], top=1)[0][0].code == "847989"
    assert classifier.suggest_hs(["Gizmotron 3000 flux unit"], top=1)[0][0].code == before


def test_exemplar_far_from_the_text_changes_nothing_that_matters(classifier):
    taught = classifier.with_exemplars(["Gizmotron 3000 flux unit"], ["847989"])
    before, after = (one.suggest_hs(["frozen shrimp"], top=1)[0][0] for one in (classifier, taught))
    assert after.code == before.code
    assert after.score == pytest.approx(before.score, abs=0.01)


def test_unknown_code_is_refused_as_exemplar(classifier):
    with pytest.raises(ValueError, match="123456"):
        classifier.with_exemplars(["thing"], ["123456"])


def test_two_classifiers_on_one_cache_agree(classifier, tmp_path):
    first = Classifier.load(DATA, tmp_path, fast=True)
    second = Classifier.load(DATA, tmp_path, fast=True)
    assert first.suggest_hs(["wooden chair"], 3) == second.suggest_hs(["wooden chair"], 3)
