"""Small events for the tests: by hand, and random ones for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def event(
    *,
    sizes: tuple[int, int] = (2, 2),
    slots: int = 3,
    tables: int | list[int] = 2,
    pairs: dict[tuple[int, int], int] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Everybody is there all day, wants every slot, and every pair is worth 100."""
    pairs = pairs if pairs is not None else {(s, b): 100 for s in range(sizes[0]) for b in range(sizes[1])}
    data: dict[str, Any] = {
        "format": "b2b-sched-1",
        "name": "by hand",
        "slots": slots,
        "day": [0] * slots,
        "tables": tables if isinstance(tables, list) else [tables] * slots,
        "suppliers": [{"cap": slots, "min": 0, "off": []} for _ in range(sizes[0])],
        "buyers": [{"cap": slots, "min": 0, "off": []} for _ in range(sizes[1])],
        "edges": [[s, b, weight, 0] for (s, b), weight in pairs.items()],
        "fixed": [],
        "fair_bonus": 0,
    }
    return data | changes


LANGUAGES = ("zh", "en", "fr")


@st.composite
def events(draw: st.DrawFn, *, interpreted: bool = False, most: int = 7) -> dict[str, Any]:
    """Random events: absences, caps, few tables, booked meetings, a fairness floor, on request interpreters."""
    suppliers, buyers = draw(st.integers(1, most)), draw(st.integers(1, most))
    slots = draw(st.integers(1, 5))

    def party() -> st.SearchStrategy[dict[str, Any]]:
        fields = {
            "cap": st.integers(0, slots + 1),
            "min": st.integers(0, 2),
            "off": st.lists(st.integers(0, slots - 1), unique=True, max_size=slots).map(sorted),
        }
        if interpreted:
            fields["languages"] = st.lists(st.sampled_from(LANGUAGES), unique=True, max_size=2)
        return st.fixed_dictionaries(fields)

    pairs = draw(
        st.dictionaries(
            st.tuples(st.integers(0, suppliers - 1), st.integers(0, buyers - 1)), st.integers(1, 1000), max_size=30
        )
    )
    data = event(
        sizes=(suppliers, buyers),
        slots=slots,
        pairs=pairs,
        day=sorted(draw(st.lists(st.integers(0, 1), min_size=slots, max_size=slots))),
        tables=draw(st.lists(st.integers(0, 4), min_size=slots, max_size=slots)),
        fair_bonus=draw(st.sampled_from([0, 50, 300])),
    )
    data["suppliers"] = [draw(party()) for _ in range(suppliers)]
    data["buyers"] = [draw(party()) for _ in range(buyers)]
    if interpreted:
        pair = st.lists(st.sampled_from(LANGUAGES), unique=True, min_size=2, max_size=2)
        data["interpreters"] = draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "pairs": st.lists(pair, min_size=1, max_size=2),
                        "off": st.lists(st.integers(0, slots - 1), unique=True, max_size=1),
                    }
                ),
                max_size=2,
            )
        )
    else:
        data["fixed"] = _booked(data, draw(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 4)), max_size=4)))
    return data


def _booked(data: dict[str, Any], wishes: list[tuple[int, int]]) -> list[list[int]]:
    """Of the wished bookings (row of the pairs, slot) those that are possible."""
    booked: list[list[int]] = []
    for row, slot in wishes:
        if row >= len(data["edges"]) or slot >= data["slots"]:
            continue
        s, b = data["edges"][row][:2]
        supplier, buyer = data["suppliers"][s], data["buyers"][b]
        if (
            slot not in supplier["off"]
            and slot not in buyer["off"]
            and sum(other[0] == s for other in booked) < supplier["cap"]
            and sum(other[1] == b for other in booked) < buyer["cap"]
            and sum(other[2] == slot for other in booked) < data["tables"][slot]
            and not any(
                other[:2] == [s, b] or (other[2] == slot and (other[0] == s or other[1] == b)) for other in booked
            )
        ):
            booked.append([s, b, slot])
    return booked
