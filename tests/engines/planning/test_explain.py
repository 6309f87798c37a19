from matchmaker.engines.planning import Instance, Plan, facts
from tests.engines.planning.events import event


def code(data, meetings, interpreted=()):
    """Why supplier 0 does not meet buyer 0."""
    plan = Plan(Instance.from_dict(data), tuple(meetings), 10_000, interpreted=tuple(interpreted))
    return {(reason.supplier, reason.buyer): reason.code for reason in plan.unplaced}[0, 0]


def test_never_there_together():
    data = event(slots=2)
    data["suppliers"][0]["off"], data["buyers"][0]["off"] = [0], [1]
    assert code(data, []) == "no_common_slot"


def test_a_slot_without_tables_is_no_common_slot():
    assert code(event(slots=1, tables=[0]), []) == "no_common_slot"


def test_both_full():
    assert code(event(slots=1), [(0, 1, 0, 0), (1, 0, 0, 1)]) == "both_full"


def test_supplier_full():
    assert code(event(slots=1), [(0, 1, 0, 0)]) == "supplier_full"


def test_buyer_full_because_of_the_cap():
    data = event(slots=2)
    data["buyers"][0]["cap"] = 1
    assert code(data, [(1, 0, 0, 0)]) == "buyer_full"


def test_all_tables_taken():
    data = event(slots=1, tables=1)
    assert code(data, [(1, 1, 0, 0)]) == "no_table"


def test_lost_to_better_meetings():
    assert code(event(slots=2), [(0, 1, 0, 0), (1, 0, 1, 0)]) == "lost_to_better"


def test_no_interpreter():
    data = event(slots=1)
    data["suppliers"][0]["languages"], data["buyers"][0]["languages"] = ["zh"], ["fr"]
    data["interpreters"] = [{"pairs": [["zh", "en"]], "off": []}]
    assert code(data, []) == "no_interpreter"


def test_the_numbers_behind_a_reason():
    data = event(slots=2, pairs={(0, 0): 50, (0, 1): 200, (1, 0): 300})
    meetings = ((0, 1, 0, 0), (1, 0, 1, 0))
    assert facts(Instance.from_dict(data), meetings, 0, 0) == {
        "common_slots": 2,
        "supplier_busy": 1,
        "buyer_busy": 1,
        "supplier_meetings": 1,
        "buyer_meetings": 1,
        "weight": 50,
        "rival_weight": 200,
    }
