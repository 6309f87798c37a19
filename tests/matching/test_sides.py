from matchmaker.engines.matching.pairs import Offer
from matchmaker.matching import sides


def test_a_vector_is_stale_when_texts_are_read_in_another_way(monkeypatch):
    offer = Offer(1, (("fr", "Chaise haute"),))
    before = sides.text_digest(offer)
    monkeypatch.setattr(sides, "READING", sides.READING + 1)
    assert sides.text_digest(offer) != before
