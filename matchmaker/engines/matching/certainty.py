"""How far a code is believed, from who gave it and from what the classifier says of the same text.

The share of a suggestion is calibrated: of codes with a share of .3, three of ten are right. A person who looks at the
suggestion and takes it is more often right than that, but takes a wrong first suggestion often enough not to be
believed blindly.
"""

# A person's choice multiplies the odds of a code by so much; a person who knows better than the classifier is believed
# at least this far.
PERSON = 8.0
LEAST_OF_PERSON = 0.5
# Without a share: a code that a person gave, and one that came with the data.
UNJUDGED = {True: 1.0, False: 0.5}


def certainty(share: float | None, *, is_confirmed: bool) -> float:
    """The chance that a code is right, 0 to 1; `share` is the classifier's (None: not classified yet)."""
    if share is None:
        return UNJUDGED[is_confirmed]
    share = min(max(share, 0.0), 1.0)
    if not is_confirmed:
        return share
    return max(LEAST_OF_PERSON, PERSON * share / (PERSON * share + 1 - share))
