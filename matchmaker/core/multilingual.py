"""Text in several languages as one value: language code → text, in one column.

A reader gets the text in the active language, else one in the same base language, else English, else the first one
there, by the order of the languages of the site.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from matchmaker.core import languages
from matchmaker.core.multilingual_forms import MultilingualFormField
from matchmaker.core.multilingual_texts import Texts, read_texts, validate_texts

__all__ = ["MultilingualField", "Texts", "contains", "in_language"]


class JSONWithLetters(json.JSONEncoder):
    """Writes letters of every script as they are, so that the database can be read and searched."""

    def __init__(self, **options):
        super().__init__(**{**options, "ensure_ascii": False})


class TextsAttribute(models.Field.descriptor_class):
    """Makes `Texts` of every plain dict that is assigned to the field; anything else waits for validation."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        is_plain = isinstance(value, Mapping) and not isinstance(value, Texts)
        instance.__dict__[self.field.attname] = Texts(value) if is_plain else value


class MultilingualField(models.JSONField):
    """A text in several languages, checked as a text field is.

    Args:
        max_length: the most characters of one text.
        multiline: line breaks are allowed.
        required_languages: codes of languages that must have a text, unless all are empty and the field may be blank.
    """

    descriptor_class = TextsAttribute

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        max_length: int | None = None,
        multiline: bool = False,
        required_languages: Iterable[str] = (),
        **options: Any,
    ):
        self.multiline, self.required_languages = multiline, tuple(required_languages)
        options = {"default": Texts, **options, "encoder": JSONWithLetters}
        super().__init__(verbose_name, max_length=max_length, **options)

    def deconstruct(self):
        """Migrations need nothing that only the checks use."""
        name, path, args, options = super().deconstruct()
        del options["encoder"]
        if options.get("default") is Texts:
            del options["default"]
        return name, path, args, options

    def from_db_value(self, value, expression, connection):
        read = super().from_db_value(value, expression, connection)
        return Texts.stored(read) if isinstance(read, dict) else read

    def get_db_prep_value(self, value, connection, prepared=False):
        plain = Texts(value) if isinstance(value, Mapping) else value
        return super().get_db_prep_value(plain, connection, prepared)

    def to_python(self, value):
        return read_texts(value)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        validate_texts(
            value, max_length=self.max_length, multiline=self.multiline, required_languages=self.required_languages
        )

    def value_to_string(self, obj):
        return dict(self.value_from_object(obj))

    def formfield(self, **options):
        return super().formfield(
            **{
                "form_class": MultilingualFormField,
                "max_length": self.max_length,
                "multiline": self.multiline,
                "required_languages": self.required_languages,
                **options,
                "encoder": None,
                "decoder": None,
            }
        )


def in_language(field: str, code: str | None = None) -> Coalesce:
    """The text of a field as the database sees it, in the fallback order of `Texts`: to sort and to compare by.

    `Event.objects.order_by(in_language("name"))`
    """
    first = [code or languages.current(), languages.ENGLISH]
    codes = dict.fromkeys([*first, *(language.code for language in languages.site_languages())])
    texts = [NullIf(KT(f"{field}__{code}"), Value("", TextField())) for code in codes]
    return Coalesce(*texts, Value("", TextField()))


def contains(field: str, words: str) -> Q:
    """Rows whose field has the words in any language of the site."""
    condition = Q()
    for language in languages.site_languages():
        condition |= Q(**{f"{field}__{language.code}__icontains": words})
    return condition
