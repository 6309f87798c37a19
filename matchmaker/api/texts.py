"""Texts in several languages: one text in the caller's language, and all of them as an object."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from matchmaker.core.multilingual_texts import read_texts


@contextmanager
def errors_by_member(names: Mapping[str, str]) -> Iterator[None]:
    """Call a service inside: its errors are named as the members of the API are, such as `names` for `name`."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        raise ValidationError(
            {names.get(name, name): problems for name, problems in error.error_dict.items()}
        ) from None


class TextField(serializers.CharField):
    """The text in the caller's language, or what stands in for it."""

    def __init__(self, **options: Any):
        super().__init__(read_only=True, allow_blank=True, **options)

    def to_representation(self, value):
        return str(value)


class TextsField(serializers.DictField):
    """All texts by language code. Codes are those of the site (`zh-hans`, `fr`) or of ISO 639-1."""

    child = serializers.CharField(allow_blank=True)

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        try:
            return read_texts(values)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None

    def to_representation(self, value):
        return dict(value)
