"""A form field for a text in several languages: one labelled box a language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.template.loader import render_to_string

from matchmaker.core import languages
from matchmaker.core.multilingual_texts import Texts, is_language, read_texts, validate_texts


class MultilingualInput(forms.Widget):
    """Boxes named `field_code`. `open_languages` and those with a text stand open, the other ones folded.

    Without a choice by the form, the organiser's languages are open.
    """

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, multiline: bool = False):
        self.multiline, self.open_languages = multiline, settings.STAFF_LANGUAGES
        super().__init__(attrs)

    def render(self, name, value, attrs=None, renderer=None):
        texts = value if isinstance(value, Mapping) else {}
        shown = self.build_attrs(self.attrs, attrs)
        element_id = shown.pop("id", "") or f"id_{name}"
        shown.pop("required", None)  # which box is needed says the field, in a sentence
        boxes = [self._box(name, code, texts.get(code, ""), element_id, shown) for code in self._codes(texts)]
        is_open = {*self.open_languages, *(code for code, text in texts.items() if text)}
        context = {
            "multiline": self.multiline,
            "open": [box for box in boxes if box["code"] in is_open],
            "folded": [box for box in boxes if box["code"] not in is_open],
        }
        return render_to_string("components/multilingual_input.html", context)

    def _codes(self, texts: Mapping[str, str]) -> list[str]:
        """The open languages, those with a text, then the other ones of the first tier."""
        first = [language.code for language in languages.site_languages(tier=1)]
        return list(dict.fromkeys([*self.open_languages, *(code for code in texts if texts[code]), *first]))

    def _box(self, name: str, code: str, text: str, element_id: str, attrs: Mapping[str, Any]) -> dict[str, Any]:
        own = {"id": f"{element_id}_{code}", "name": f"{name}_{code}", "lang": languages.tag_of(code)}
        own["dir"] = "rtl" if languages.is_rtl(code) else "ltr"
        label = {"id": own["id"], "lang": own["lang"], "text": languages.own_name(code)}
        return {"code": code, "text": text, "label": label, "attributes": flatatt({**own, **attrs})}

    def id_for_label(self, id_):
        return f"{id_}_{self.open_languages[0]}" if id_ else ""

    def value_from_datadict(self, data, files, name):
        codes = {key.removeprefix(f"{name}_"): key for key in data if key.startswith(f"{name}_")}
        return {code: data[key] for code, key in codes.items() if is_language(code)}

    def value_omitted_from_data(self, data, files, name):
        return not self.value_from_datadict(data, files, name)


class MultilingualFormField(forms.Field):
    """Reads the boxes into `Texts`, checked as the field of the model does."""

    def __init__(
        self,
        *,
        max_length: int | None = None,
        multiline: bool = False,
        required_languages: Iterable[str] = (),
        rows: int = 5,
        **options: Any,
    ):
        for name in ("encoder", "decoder"):  # what the form field of a JSONField would get
            options.pop(name, None)
        self.max_length, self.multiline, self.rows = max_length, multiline, rows
        self.required_languages = tuple(required_languages)
        super().__init__(**{"widget": MultilingualInput(multiline=multiline), **options})

    def widget_attrs(self, widget):
        attrs = {"rows": self.rows} if self.multiline else {}
        return {**attrs, **({"maxlength": self.max_length} if self.max_length else {})}

    def to_python(self, value):
        return read_texts(value)

    def validate(self, value):
        super().validate(value)
        if value:
            validate_texts(
                value, max_length=self.max_length, multiline=self.multiline, required_languages=self.required_languages
            )

    def has_changed(self, initial, data):
        return not self.disabled and Texts(initial or {}) != Texts(data or {})
