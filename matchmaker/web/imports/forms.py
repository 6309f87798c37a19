"""A file, and what its columns are."""

import re
from collections.abc import Callable, Mapping, Sequence

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Category, Demand, Period, Product
from matchmaker.core import reference
from matchmaker.core.formats import capfirst
from matchmaker.core.lists import format_list, join_label
from matchmaker.engines.reading import ENCODINGS
from matchmaker.imports.columns import Column
from matchmaker.imports.models import Import
from matchmaker.web.forms import fields

NOT_IN_FILE = ""
# Encodings as spreadsheets call them when one saves.
CALLED = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "gb18030": "GB18030 · GBK · GB2312",
    "big5": "Big5",
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "shift_jis": "Shift JIS",
    "euc-kr": "EUC-KR",
}
# Columns whose value is often the same for a whole file and not written in it.
OFTEN_THE_SAME = (
    "company", "language", "country", "origin", "currency", "category", "title", "closing_on", "price_unit",
)  # fmt: skip


def _where_empty(column: Column) -> str:
    return gettext("%(column)s, where it is empty") % {"column": capfirst(str(column.label))}


def _preview_cells(cells: Sequence[str]) -> str:
    return Truncator(" · ".join(text.strip() for text in cells if text.strip())).chars(60)


def _place(batch: Import, at: int, head: str) -> str:
    """A column of the file by its head and the first thing below it: by that one knows it whatever it is called."""
    below = (
        cells[at].strip() for number, cells in batch.top if number > batch.seen.get("head_row", 0) and at < len(cells)
    )
    sample = Truncator(next((text for text in below if text), "")).chars(28)
    name = head or f"#{at + 1}"
    return f"{name} · {sample}" if sample else name


class FileForm(forms.Form):
    """Judged by the verb, which looks into it; here it is only a file."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file first."), "empty": _("This file is empty. Choose it again.")},
    )


class LookForm(forms.Form):
    """Another encoding, another sheet or another head, when the first guess was wrong."""

    def __init__(self, *args, batch: Import, **kwargs):
        super().__init__(*args, **kwargs)
        top = batch.top
        if batch.seen["format"] == "csv":
            names = dict.fromkeys([batch.seen["encoding"], *ENCODINGS])
            self.fields["encoding"] = forms.ChoiceField(
                label=_("Encoding"),
                choices=[(name, CALLED.get(name, name)) for name in names],
                initial=batch.seen["encoding"],
            )
        elif len(batch.seen["sheets"]) > 1:
            sheets = [(name, name) for name in batch.seen["sheets"]]
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=sheets, initial=batch.seen["sheet"])
        if len(top) > 1:
            self.fields["head_row"] = forms.TypedChoiceField(
                label=_("Column names in row"),
                coerce=int,
                choices=[(number, join_label(number, _preview_cells(cells))) for number, cells in top],
                initial=batch.seen.get("head_row") or top[0][0],
                widget=forms.Select(attrs={"translate": "no"}),
            )

    def chosen(self) -> dict:
        """What was chosen well; another sheet or encoding has another head, which is looked for again."""
        self.is_valid()
        values = {name: self.cleaned_data.get(name) or "" for name in ("encoding", "sheet") if name in self.fields}
        same = all(values[name] == self.fields[name].initial for name in values)
        return {**values, "head_row": self.cleaned_data.get("head_row") or 0 if same else 0}


class ColumnsForm(forms.Form):
    """For each of our columns the file's own, and for some the text that stands where the file says nothing."""

    def __init__(self, *args, batch: Import, columns: list[Column], **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in columns if column.name != "company" or batch.company_id is None]
        places = [
            (NOT_IN_FILE, _("not in this file")),
            *((str(n), _place(batch, n, head)) for n, head in enumerate(batch.head)),
        ]
        for column in self.columns:
            self.fields[f"at_{column.name}"] = forms.ChoiceField(
                label=column.label,
                choices=places,
                widget=forms.Select(attrs={"aria-label": capfirst(str(column.label)), "translate": "no"}),
                required=False,
                initial=str(batch.mapping.get(column.name, NOT_IN_FILE)),
            )
            if column.name in OFTEN_THE_SAME:
                self.fields[f"same_{column.name}"] = forms.CharField(
                    label=_("Where it is empty"),
                    required=False,
                    widget=forms.TextInput(attrs={"aria-label": _where_empty(column)}),
                    max_length=200,
                    initial=batch.defaults.get(column.name, ""),
                )
        if batch.kind == Import.Kind.PRODUCTS:
            self.fields["publish"] = forms.BooleanField(
                label=_("Publish what is complete"),
                required=False,
                initial=batch.publish,
                help_text=_(
                    "A product is shown when it has a name, a category and an origin. The rest are kept as drafts."
                ),
            )

    @property
    def knows_any(self) -> bool:
        """Whether any column of the file was told by its name."""
        return any(self[f"at_{column.name}"].value() not in (None, NOT_IN_FILE) for column in self.columns)

    def main_lines(self) -> list[dict]:
        """What is needed and what was found in the file, one line a column of ours."""
        return [line for line in self._lines() if line["told"]]

    def other_lines(self) -> list[dict]:
        return [line for line in self._lines() if not line["told"]]

    def _lines(self) -> list[dict]:
        words = InWords()
        return [
            {
                "column": column,
                "example": words(column.name, column.example),
                "needed": column.required or column.name == "company",
                "open": self[f"at_{column.name}"].value() in (None, NOT_IN_FILE) and not self._default_of(column),
                "at": self[f"at_{column.name}"],
                "same": self[f"same_{column.name}"] if f"same_{column.name}" in self.fields else None,
                "told": column.required
                or column.name == "company"
                or self[f"at_{column.name}"].value() not in (None, NOT_IN_FILE)
                or bool(self.is_bound and self._default_of(column)),
            }
            for column in self.columns
        ]

    def _default_of(self, column: Column) -> str:
        """What stands where the file says nothing."""
        same = f"same_{column.name}"
        return str(self[same].value() or "") if same in self.fields else ""

    def as_verb(self) -> dict:
        values = self.cleaned_data
        return {
            "mapping": {
                column.name: int(values[f"at_{column.name}"]) for column in self.columns if values[f"at_{column.name}"]
            },
            "defaults": {column.name: values.get(f"same_{column.name}", "") for column in self.columns},
            "publish": values.get("publish", False),
        }


# Codes of a sheet in the reader's words: TH is Thailand, t is tonne. Where a cell may hold one of a list, the list.


# Cells that hold several codes, and ports, which are too many to send with a page.
UNLISTED = ("origins_wanted", "origins_excluded", "languages", "destination")
CURRENCIES = ("currency", "value_currency")  # traders write these as codes

Words = Mapping[str, str]  # code → what a reader calls it


def _reference_names(kind: str) -> Callable[[], Words]:
    return lambda: {code: reference.name(row, code) for code, row in getattr(reference, kind)().items()}


def _labels(choices) -> Callable[[], Words]:
    return lambda: {str(value): str(label) for value, label in choices if value}


def _visibilities() -> Words:
    """The word before the colon: a sheet says that much, and no more."""
    return {str(value): re.split("[:：]", str(label))[0] for value, label in Demand.Visibility.choices}


def _categories() -> Words:
    return {category.code: str(category.name) for category in Category.objects.all()}


_UNIT, _COUNTRY, _LANGUAGE = _reference_names("units"), lambda: dict(fields.countries()), _reference_names("languages")
# Column → its list. Every name here is read back as the code it stands for.
_LISTS: dict[str, Callable[[], Words]] = {
    "category": _categories,
    "origin": _COUNTRY,
    "country": _COUNTRY,
    "origins_wanted": _COUNTRY,
    "origins_excluded": _COUNTRY,
    "language": _LANGUAGE,
    "languages": _LANGUAGE,
    "unit": _UNIT,
    "price_unit": _UNIT,
    "min_order_unit": _UNIT,
    "capacity_unit": _UNIT,
    "capacity_period": _labels(Period.choices),
    "storage": _labels(Product.Storage.choices),
    "destination": _reference_names("ports"),
    "visibility": _visibilities,
}
# What is offered while a cell is mended.
_CHOICES = {
    **{name: listed for name, listed in _LISTS.items() if name not in UNLISTED},
    **dict.fromkeys(CURRENCIES, lambda: dict(fields.currencies())),
}


class InWords:
    """For one page: each list is read once."""

    def __init__(self):
        self._read: dict[str, Words] = {}

    def __call__(self, column: str, code: str) -> str:
        """A code, or several with commas, as the reader calls them; whatever is no code stays as it is."""
        if column not in _LISTS:
            return code
        words = self._read.setdefault(column, _LISTS[column]())
        return format_list(words.get(part, part) for part in code.split(", "))


def choices_for(columns: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Column → what may stand in its cells: the text to write, and what it means where that is not the same."""
    found = {}
    for column in sorted(columns & set(_CHOICES)):
        codes = column in CURRENCIES
        words = _CHOICES[column]()
        found[column] = [(code, word) if codes else (word, "") for code, word in words.items()]
    return found
