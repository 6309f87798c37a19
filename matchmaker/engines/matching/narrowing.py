"""At most three questions that narrow a text down to one HS code.

    state = narrow(shares, nomenclature, ["0306", "none"])
    state.question  # what to ask next, () when three were answered

`shares` are the classifier's probabilities of all codes. A question offers a few nodes of the nomenclature (headings,
groups of subheadings, subheadings) that split the codes in play best. An answer is the identifier of an option, so
that the same text and the same answers always lead to the same place and nothing has to be stored.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.matching.reference import Nomenclature

MOST_QUESTIONS = 3
MOST_OPTIONS = 5
IN_PLAY = 300
# Of a code that an answer speaks against so much of its share stays: one answer in ten is wrong.
LEFT = 0.02
NONE_OF_THESE, NOT_KNOWN = "none", "unknown"
# Digits of the nodes: chapters, headings, the group below a heading that shares the fifth digit, subheadings.
LEVELS = (2, 4, 5, 6)
# A node with less than this share of the codes in play is no option.
LEAST = 0.01


@dataclass(frozen=True)
class Option:
    """A node of the nomenclature: `id` are its digits, `codes` its subheadings in play, the likeliest first."""

    id: str
    codes: tuple[str, ...]
    share: float


@dataclass(frozen=True)
class NarrowingState:
    """The codes in play with their shares, the likeliest first, and the next question: () when there is none."""

    codes: tuple[tuple[str, float], ...]
    question: tuple[Option, ...] = ()
    answered: tuple[str, ...] = field(default=())


def narrow(shares: NDArray[np.floating], nomenclature: Nomenclature, answers: Sequence[str] = ()) -> NarrowingState:
    """Where some answers lead: each is the `id` of an option of its question, `none` or `unknown`.

    Raises ValueError for an answer that was no option of its question and for more than three.
    """
    if len(answers) > MOST_QUESTIONS:
        raise ValueError(f"There are at most {MOST_QUESTIONS} questions.")
    best = np.argsort(-shares, kind="stable")[:IN_PLAY]
    codes = {nomenclature.codes[i]: float(shares[i]) for i in best if shares[i] > 0}
    seen: set[str] = set()
    for number, answer in enumerate(answers):
        question = ask(codes, left=MOST_QUESTIONS - number, seen=seen)
        seen |= {option.id for option in question}
        codes = take(codes, question, answer)
    question = ask(codes, left=MOST_QUESTIONS - len(answers), seen=seen) if len(answers) < MOST_QUESTIONS else ()
    total = sum(codes.values()) or 1.0
    ranked = sorted(((code, share / total) for code, share in codes.items()), key=lambda pair: (-pair[1], pair[0]))
    return NarrowingState(tuple(ranked), question, tuple(answers))


def take(codes: dict[str, float], question: Sequence[Option], answer: str) -> dict[str, float]:
    """The shares after an answer."""
    if answer == NOT_KNOWN:
        return codes
    offered = {option.id: frozenset(option.codes) for option in question}
    if answer == NONE_OF_THESE:
        against = frozenset().union(*offered.values())
        return {code: share * LEFT if code in against else share for code, share in codes.items()}
    if answer not in offered:
        raise ValueError(
            f"“{answer}” is no option of this question; there are: {', '.join([*offered, NONE_OF_THESE, NOT_KNOWN])}."
        )
    return {code: share if code in offered[answer] else share * LEFT for code, share in codes.items()}


def ask(codes: dict[str, float], *, left: int, seen: set[str]) -> tuple[Option, ...]:
    """The most telling question about these codes, the likeliest option first; () when there is nothing to ask.

    Options are found greedily: the node that adds most to what the answer tells is taken, five times at most. With one
    question left what counts is the chance that the first code is right afterwards; before, the entropy of the answer.
    Options of an earlier question are not offered again.
    """
    total = sum(codes.values())
    if total <= 0:
        return ()
    shares = {code: share / total for code, share in codes.items()}
    nodes = _nodes(shares, seen)
    chosen: list[Option] = []
    worth = _last_worth if left == 1 else _entropy
    value = worth(shares, chosen)
    while len(chosen) < MOST_OPTIONS:
        free = [node for node in nodes if not any(_overlap(node.id, other.id) for other in chosen)]
        if not free:
            break
        best = max(free, key=lambda node: (worth(shares, [*chosen, node]), node.share, node.id))
        reached = worth(shares, [*chosen, best])
        if reached <= value + 1e-9:
            break
        chosen, value = [*chosen, best], reached
    if len(chosen) < 2:
        return ()
    return tuple(sorted(chosen, key=lambda option: (-option.share, option.id)))


def _nodes(shares: dict[str, float], seen: set[str]) -> list[Option]:
    """Every node with enough of the shares, without those that hold the same codes as a longer one."""
    grouped: dict[str, list[str]] = {}
    for code in sorted(shares, key=lambda code: (-shares[code], code)):
        for digits in LEVELS:
            grouped.setdefault(code[:digits], []).append(code)
    options, held = [], set()
    # The longest name of the same codes says most.
    for node in sorted(grouped, key=lambda node: (-len(node), node)):
        members = tuple(grouped[node])
        share = sum(shares[code] for code in members)
        if share >= LEAST and members not in held and node not in seen:
            held.add(members)
            options.append(Option(node, members, share))
    return options


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _entropy(shares: dict[str, float], options: Sequence[Option]) -> float:
    """Bits that the answer tells; what is in no option answers "none of these"."""
    parts = [option.share for option in options]
    parts.append(max(0.0, 1.0 - sum(parts)))
    return -sum(part * math.log2(part) for part in parts if part > 0)


def _last_worth(shares: dict[str, float], options: Sequence[Option]) -> float:
    """The chance that the likeliest code after the answer is the right one."""
    inside = {code for option in options for code in option.codes}
    rest = max((share for code, share in shares.items() if code not in inside), default=0.0)
    return rest + sum(shares[option.codes[0]] for option in options)
