import json

import numpy as np
import pytest
from hypothesis import given, settings

from matchmaker.engines.planning import Instance, InvalidInstance
from tests.engines.planning.events import event, events


def party(cap=3, **more):
    return {"cap": cap, "min": 0, "off": []} | more


REFUSED = {
    "no slots": (event(slots=0, day=[], tables=[]), "The event has no slots."),
    "another format": (event(format="b2b-sched-9"), "The format must be “b2b-sched-1”, not “b2b-sched-9”."),
    "tables of another day": (event(tables=[1]), "There are 3 slots but 1 numbers of tables."),
    "fixed while away": (
        event(suppliers=[party(off=[1]), party()], fixed=[[0, 0, 1]]),
        "The fixed meeting of supplier 0 and buyer 0 is in slot 1, while supplier 0 is away.",
    ),
    "fixed load above cap": (
        event(buyers=[party(1), party()], fixed=[[0, 0, 0], [1, 0, 1]]),
        "Buyer 0 has 2 fixed meetings but may have at most 1.",
    ),
    "fixed twice": (
        event(fixed=[[0, 0, 0], [0, 0, 1]]),
        "The fixed meeting of supplier 0 and buyer 0 is listed twice.",
    ),
    "two fixed at once": (event(fixed=[[0, 0, 0], [0, 1, 0]]), "Supplier 0 has two fixed meetings in slot 0."),
    "fixed in no slot": (
        event(fixed=[[0, 0, 7]]),
        "The fixed meeting of supplier 0 and buyer 0 is in slot 7, which does not exist.",
    ),
    "fixed pair unknown": (
        event(pairs={(0, 0): 5}, fixed=[[1, 1, 0]]),
        "The fixed meeting of supplier 1 and buyer 1 is not among the pairs that may meet.",
    ),
    "more fixed than tables": (
        event(fixed=[[0, 0, 0], [1, 1, 0]], tables=[1, 1, 1]),
        "Slot 0 has more fixed meetings than its 1 tables.",
    ),
    "unknown supplier": (event(edges=[[9, 0, 5, 0]]), "Pair number 0 names supplier 9, who does not exist."),
    "unknown buyer": (event(edges=[[0, -1, 5, 0]]), "Pair number 0 names buyer -1, who does not exist."),
    "pair twice": (
        event(edges=[[0, 1, 5, 0], [0, 1, 6, 0]]),
        "The pair of supplier 0 and buyer 1 is listed twice.",
    ),
    "weight zero": (event(edges=[[0, 1, 0, 0]]), "The weight of pair number 0 must be above zero."),
    "weight of another world": (
        event(edges=[[0, 1, 2_000_000, 0]]),
        "Weights and the fairness bonus must not be above one million.",
    ),
    "pair of three": (event(edges=[[0, 1, 5]]), "Pair number 0 must be 4 whole numbers."),
    "pair of text": (event(edges=[[0, 1, 5, 0], [0, 0, "x", 0]]), "Pair number 1 must be 4 whole numbers."),
    "half a slot": (event() | {"slots": 2.5}, "The number of slots must be a whole number, not 2.5."),
    "away in no slot": (
        event(buyers=[party(off=[3]), party()]),
        "The absences of buyer 0 name a slot that does not exist.",
    ),
    "negative cap": (event(suppliers=[party(-1), party()]), "The cap of supplier 0 is negative."),
    "negative tables": (event(tables=[1, -1, 1]), "Slot 1 has a negative number of tables."),
    "negative bonus": (event(fair_bonus=-5), "The fairness bonus must not be negative."),
    "interpreter of one language": (
        event(interpreters=[{"pairs": [["zh"]]}]),
        "Each language pair of interpreter 0 must name two different languages.",
    ),
    "no object": ([], "An instance must be one JSON object."),
}


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_contradiction_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(InvalidInstance) as refusal:
        Instance.from_dict(data)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("key", ["slots", "tables", "suppliers", "buyers", "edges"])
def test_a_missing_part_is_named(key):
    data = event()
    del data[key]
    with pytest.raises(InvalidInstance) as refusal:
        Instance.from_dict(data)
    assert str(refusal.value) == f"The instance has no “{key}”."


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(events(interpreted=True))
def test_reading_what_was_written_gives_the_same_instance(data):
    once = Instance.from_dict(data)
    again = Instance.from_dict(json.loads(json.dumps(once.to_dict())))
    assert again.to_dict() == once.to_dict()


def test_pairs_are_kept_in_the_order_of_suppliers():
    instance = Instance.from_dict(event(edges=[[1, 0, 5, 0], [0, 1, 7, 1]]))
    assert instance.edges.tolist() == [[0, 1, 7, 1], [1, 0, 5, 0]]
    assert instance.edge_of == {(0, 1): 0, (1, 0): 1}


def test_a_file_that_is_not_json_is_refused(tmp_path):
    path = tmp_path / "event.json"
    path.write_text("{")
    with pytest.raises(InvalidInstance) as refusal:
        Instance.read(path)
    assert str(refusal.value) == f"The file {path} is not JSON."


def test_a_change_is_checked_again():
    instance = Instance.from_dict(event())
    assert instance.changed(tables=(0, 0, 0)).tables == (0, 0, 0)
    with pytest.raises(InvalidInstance):
        instance.changed(tables=(0, 0))


def test_only_pairs_without_a_common_language_need_an_interpreter():
    data = event(
        suppliers=[party(languages=["zh"]), party()],
        buyers=[party(languages=["fr", "en"]), party(languages=["en", "zh"])],
    )
    needs = Instance.from_dict(data).needs_interpreter
    assert np.array_equal(needs, [True, False, False, False])
