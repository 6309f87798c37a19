"""What the classifier gives the codes of a row is stored beside it; confirmed codes teach the suggestions."""

import pytest

from matchmaker.core import ttl_cache
from matchmaker.engines.matching import index
from matchmaker.matching.models import Match, OfferState
from matchmaker.matching.services import match_waiting, shares, storing, suggest_codes, vectors
from matchmaker.matching.services.shares import with_shares
from matchmaker.matching.sides import offers
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_shares_are_stored_and_asked_anew_when_the_code_changes(django_assert_num_queries):
    product = factories.product(name="Thai jasmine rice", category=factories.category("AGRI-06"), hs_code="100630")
    (right,) = with_shares(offers([product]))
    assert right.hs_share > 0.5
    assert right.category_share > 0.5
    product.hs_code = "848180"
    (wrong,) = with_shares(offers([product]))
    assert wrong.hs_share < 0.01
    assert OfferState.objects.get(product=product).hs_share == pytest.approx(wrong.hs_share)
    with django_assert_num_queries(1):
        assert with_shares([wrong])[0].hs_share == pytest.approx(wrong.hs_share)


def test_a_wrong_code_nobody_confirmed_leaves_the_match():
    product = factories.product(name="Thai Hom Mali jasmine rice", hs_code="848180", category_id=None)
    product.code_is_confirmed = False
    product.save()
    line = factories.line(text="泰国茉莉香米，长粒，5公斤袋装", hs_code="1006")
    match_waiting()
    match = Match.objects.get(product=product, line=line)
    assert match.score > 0.35
    assert match.evidence["hs_differ"] == []


def test_a_confirmed_code_helps_the_next_suggestion():
    factories.hs_code("847989")
    first = suggest_codes("Gizmotron 3000 flumbering unit", "en", top=5000)
    before = {row.code: share for row, share in first.hs_codes}.get("847989", 0.0)
    factories.product(name="Gizmotron 3000 flumbering unit", hs_code="847989", category_id=None)
    match_waiting()
    ttl_cache.clear_all()
    after = {row.code: share for row, share in suggest_codes("Gizmotron 2000 flumbering unit", "en", top=5000).hs_codes}
    assert after["847989"] > before


class Stopped(Exception):
    """Stands for a time limit or the end of a worker."""


@pytest.mark.parametrize(
    ("what", "stored"), [("shares", {"hs_share__isnull": False}), ("vectors", {"vector__isnull": False})]
)
def test_work_that_is_stopped_goes_on_after_the_piece_that_was_stored_last(monkeypatch, what, stored):
    monkeypatch.setattr(storing, "PIECE", 2)
    listed = offers([factories.product(name=name, hs_code="100630") for name in ("Rice", "Oil", "Beef", "Wine", "Tea")])
    work, holder, name = {
        "shares": (with_shares, shares, "_judge"),
        "vectors": (vectors.offer_vectors, index, "normalise"),
    }[what]
    real, calls = getattr(holder, name), []

    def stops_in_the_second_piece(*given):
        calls.append(given)
        if len(calls) == 2:
            raise Stopped
        return real(*given)

    with monkeypatch.context() as patched:
        patched.setattr(holder, name, stops_in_the_second_piece)
        with pytest.raises(Stopped):
            work(listed)
    assert OfferState.objects.filter(**stored).count() == 2

    done = list(OfferState.objects.filter(**stored).order_by("pk").values_list("pk", "code_digest", "text_digest"))
    assert len(work(listed)) == 5
    assert OfferState.objects.filter(**stored).count() == 5
    assert [pk for pk, *_ in done] == [listed[0].key, listed[1].key]
