"""Vectors of products and demand lines: kept as bytes beside the row, made anew only when a text changed."""

from collections.abc import Sequence

import numpy as np
from django.conf import settings

from matchmaker.language.encoder import Encoder, get_encoder
from matchmaker.matching.engine.pairs import Offer, Want
from matchmaker.matching.models import OfferState, WantState
from matchmaker.matching.sides import text_digest


def encoder() -> Encoder:
    return get_encoder(settings.ENCODER)


def vectors_of(sides: Sequence[Offer | Want], states: type[OfferState] | type[WantState]) -> list[np.ndarray]:
    """One array a side, shape (number of its texts, dim), float32; missing ones are encoded in one batch and stored."""
    model = encoder()
    key = states._meta.pk.attname
    known = states.objects.in_bulk([side.key for side in sides])
    digests = [text_digest(side) for side in sides]
    missing = [
        place
        for place, side in enumerate(sides)
        if (state := known.get(side.key)) is None
        or state.vector is None
        or state.encoder != model.name
        or state.text_digest != digests[place]
    ]
    fresh: dict[int, np.ndarray] = {}
    if missing:
        texts = [text for place in missing for _language, text in sides[place].texts]
        encode = model.encode_passage if states is OfferState else model.encode_query
        encoded = encode(texts) if texts else np.zeros((0, model.dim), dtype=np.float32)
        at = 0
        for place in missing:
            count = len(sides[place].texts)
            fresh[place] = encoded[at : at + count].astype(np.float16)
            at += count
        states.objects.bulk_create(
            [
                states(
                    **{key: sides[place].key},
                    encoder=model.name,
                    text_digest=digests[place],
                    vector=fresh[place].tobytes(),
                )
                for place in missing
            ],
            update_conflicts=True,
            unique_fields=[states._meta.pk.name],
            update_fields=["encoder", "text_digest", "vector"],
        )
    return [
        (
            fresh[place]
            if place in fresh
            else np.frombuffer(known[side.key].vector, dtype=np.float16).reshape(-1, model.dim)
        ).astype(np.float32)
        for place, side in enumerate(sides)
    ]
