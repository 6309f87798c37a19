"""Vectors of products and demand lines: kept as bytes beside the row, made anew only when a text changed."""

from collections.abc import Sequence
from itertools import batched

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from matchmaker.engines.language import Encoder, get_encoder
from matchmaker.engines.matching import Matcher, Offer, Want
from matchmaker.matching.models import OfferState, WantState
from matchmaker.matching.services import storing
from matchmaker.matching.sides import text_digest

STORED = np.float16  # halves the table; a score changes in its fourth place


def encoder() -> Encoder:
    return get_encoder(settings.ENCODER)


def offer_vectors(offers: Sequence[Offer]) -> NDArray[np.float32]:
    """len(offers) × dim; what is missing or stale is encoded, and stored some at a time."""
    return _vectors(offers, OfferState, Matcher(encoder()).offer_vectors)


def want_vectors(wants: Sequence[Want]) -> NDArray[np.float32]:
    """The same for demand lines."""
    return _vectors(wants, WantState, Matcher(encoder()).want_vectors)


def _vectors(sides, states, encode) -> NDArray[np.float32]:
    model = encoder()
    key = states._meta.pk.attname
    known = states.objects.in_bulk([side.key for side in sides])
    digests = [text_digest(side) for side in sides]
    matrix = np.zeros((len(sides), model.dim), STORED)
    missing = []
    for place, side in enumerate(sides):
        state = known.get(side.key)
        if state and state.vector and state.encoder == model.name and state.text_digest == digests[place]:
            matrix[place] = np.frombuffer(state.vector, STORED)
        else:
            missing.append(place)
    # Each piece is stored before the next is begun, as in `shares.with_shares`.
    for places in map(list, batched(missing, storing.PIECE)):
        matrix[places] = encode([sides[place] for place in places]).astype(STORED)
        states.objects.bulk_create(
            [
                states(
                    **{key: sides[place].key},
                    encoder=model.name,
                    text_digest=digests[place],
                    vector=matrix[place].tobytes(),
                )
                for place in places
            ],
            update_conflicts=True,
            unique_fields=[states._meta.pk.name],
            update_fields=["encoder", "text_digest", "vector"],
        )
    return matrix.astype(np.float32)


def warm() -> None:
    """Load the encoder, the dictionary and the compiled loops of this process: match one made-up pair."""
    matcher = Matcher(encoder())
    offers = matcher.prepare_offers([Offer(key=1, texts=(("en", "Jasmine rice"),))])
    matcher.match(offers, matcher.prepare_wants([Want(key=1, texts=(("zh", "茉莉香米"),))]))
