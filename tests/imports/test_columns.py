"""The short way of reading a cell beside the long one."""

import random

import pytest
from django.utils import translation

from matchmaker.imports.columns import Reader, plain_reader
from matchmaker.imports.kinds import KINDS

PIECES = [
    "rice",
    " ",
    "  ",
    "'=1",
    "=",
    "茉莉香米",
    "é",
    "\t",
    "\n",
    "\x00",
    "\u202e",
    "\xa0",
    "😀",
    "-",
    ".",
    ",",
    "0",
]
NUMBERS = [
    "0",
    "1",
    "9",
    "12",
    "000",
    "5.5",
    "1.00001",
    "1e5",
    "1,5",
    "１２",
    " 7",
    "-3",
    "99999999999999999999",
    "٣",
    "",
]


def texts():
    chance = random.Random(7)
    for _ in range(3_000):
        yield "".join(chance.choices(PIECES, k=chance.randint(1, 4)))
        yield "".join(chance.choices(NUMBERS, k=chance.randint(1, 3)))
    yield from ("x" * 60, "x" * 61, "x" * 200, "x" * 201, "x" * 5_000, "x" * 5_001)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_short_way_answers_is_what_the_rules_of_the_field_answer(kind):
    answered = 0
    with translation.override("en"):
        for column in KINDS[kind].columns:
            short, long = plain_reader(column), Reader(column)
            for text in texts():
                if answer := short(text):
                    answered += 1
                    value, problem, _note = long._judge(text)
                    assert (text, value, problem) == (text, answer[0], "")
    assert answered > 1_000
