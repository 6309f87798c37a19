"""A file, and what its columns are."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matchmaker.imports.columns import Column
from matchmaker.imports.models import Import
from matchmaker.imports.reading.text_files import ENCODINGS

NOT_IN_FILE = ""
# Columns whose value is often the same for a whole file and not written in it.
OFTEN_THE_SAME = (
    "company",
    "language",
    "country",
    "origin",
    "currency",
    "category",
    "title",
    "closing_on",
    "price_unit",
)


def _where_empty(column: Column) -> str:
    return gettext("%(column)s, where it is empty") % {"column": capfirst(str(column.label))}


class FileForm(forms.Form):
    """Judged by the verb, which looks into it; here it is only a file."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file first."), "empty": _("This file is empty. Choose it again.")},
    )


class LookForm(forms.Form):
    """Another encoding or another sheet, when the first guess was wrong."""

    def __init__(self, *args, batch: Import, **kwargs):
        super().__init__(*args, **kwargs)
        if batch.seen["format"] == "csv":
            names = dict.fromkeys([batch.seen["encoding"], *ENCODINGS])
            self.fields["encoding"] = forms.ChoiceField(
                label=_("Encoding"), choices=[(name, name.upper()) for name in names], initial=batch.seen["encoding"]
            )
        elif len(batch.seen["sheets"]) > 1:
            sheets = [(name, name) for name in batch.seen["sheets"]]
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=sheets, initial=batch.seen["sheet"])


class ColumnsForm(forms.Form):
    """For each of our columns the file's own, and for some the text that stands where the file says nothing."""

    def __init__(self, *args, batch: Import, columns: list[Column], **kwargs):
        super().__init__(*args, **kwargs)
        self.columns = [column for column in columns if column.name != "company" or batch.company_id is None]
        places = [
            (NOT_IN_FILE, _("not in this file")),
            *((str(n), head or f"#{n + 1}") for n, head in enumerate(batch.head)),
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

    def found(self) -> list[dict]:
        """What is needed and what was found in the file, one line a column of ours."""
        return [line for line in self._lines() if line["told"]]

    def others(self) -> list[dict]:
        return [line for line in self._lines() if not line["told"]]

    def _lines(self) -> list[dict]:
        return [
            {
                "column": column,
                "at": self[f"at_{column.name}"],
                "same": self[f"same_{column.name}"] if f"same_{column.name}" in self.fields else None,
                "told": column.required
                or column.name == "company"
                or self[f"at_{column.name}"].value() not in (None, NOT_IN_FILE)
                or bool(self.is_bound and self.data.get(f"same_{column.name}")),
            }
            for column in self.columns
        ]

    def as_verb(self) -> dict:
        said = self.cleaned_data
        return {
            "mapping": {
                column.name: int(said[f"at_{column.name}"]) for column in self.columns if said[f"at_{column.name}"]
            },
            "defaults": {column.name: said.get(f"same_{column.name}", "") for column in self.columns},
            "publish": said.get("publish", False),
        }
