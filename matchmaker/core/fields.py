"""Model fields that many tables have in the same form, and the check of a whole row."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models


def amount_field(label: Any, *, digits: int = 14, places: int = 2) -> models.DecimalField:
    """A quantity that is not negative and may be unknown."""
    not_negative = [MinValueValidator(0)]
    return models.DecimalField(
        label, max_digits=digits, decimal_places=places, null=True, blank=True, validators=not_negative
    )


def price_field(label: Any) -> models.DecimalField:
    """A price for one unit, with four decimals: cheap goods cost fractions of a cent each."""
    return amount_field(label, digits=18, places=4)


def validate(row: models.Model, problems: dict, *, exclude: Iterable[str] = (), **options: Any) -> None:
    """Check the fields of a row that have no problem yet, and refuse the row if there is any problem.

    Args:
        problems: field → sentence, found by rules that span fields or need a list; they come before Django's own.
        options: those of `Model.full_clean`.

    Raises:
        ValidationError: by field.
    """
    try:
        row.full_clean(exclude=[*problems, *exclude], **options)
    except ValidationError as error:
        problems = {**error.message_dict, **problems}
    if problems:
        raise ValidationError(problems)
