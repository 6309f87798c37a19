"""The phrase book: sentences that a message can be made of, which each side reads in its own language."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from matchmaker.api.base import Resource
from matchmaker.api.permissions import EVERYONE
from matchmaker.messaging import phrases


class SlotOut(serializers.Serializer):
    """A slot of a sentence: its name, what it takes, and what people call it in the caller's language."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(list(phrases.KINDS))
    label = serializers.CharField()


class PhraseBookOut(serializers.Serializer):
    """One sentence in the caller's language; {quantity} and the like in `text` are its slots."""

    key = serializers.CharField()
    topic = serializers.CharField()
    text = serializers.CharField()
    slots = SlotOut(many=True)


class PhrasesOut(serializers.Serializer):
    phrases = PhraseBookOut(many=True)


class Phrases(Resource):
    serializer_class = PhrasesOut
    policy = {"retrieve": EVERYONE}
    words = {"retrieve": "Ready-made sentences for messages"}
    notes = {"retrieve": "All of them, in the caller's language. A key and its slots never change."}

    @extend_schema(responses=PhrasesOut)
    def retrieve(self, request):
        rows = [_row(phrase) for _topic, listed in phrases.listed() for phrase in listed]
        return Response(PhrasesOut({"phrases": rows}).data)


def _row(phrase: phrases.Phrase) -> dict:
    slots = [{"name": slot, "kind": phrases.kind_name(slot), "label": phrases.label_of(slot)} for slot in phrase.slots]
    return {"key": phrase.key, "topic": phrase.topic, "text": phrase.sentence, "slots": slots}
