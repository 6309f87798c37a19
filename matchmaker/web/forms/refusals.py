"""What a service refused: beside the field it is about, so that nothing typed is lost, or on the next page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest

from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused


@contextmanager
def refusals_in_form(form: forms.BaseForm, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Call a service inside: when it refuses, its sentences are added to the form and the code after it runs on."""
    try:
        yield
    except (ValidationError, Refused) as problem:
        add_to_form(form, problem, names)


@contextmanager
def refusals_in_messages(request: HttpRequest) -> Iterator[None]:
    """Call a service inside: when it refuses, the next page says why and the code after it runs on."""
    try:
        yield
    except (ValidationError, Refused) as problem:
        add_to_messages(request, problem)


def add_to_form(
    form: forms.BaseForm, problem: ValidationError | Refused, names: Mapping[str, str] | None = None
) -> None:
    """Add the problem to a bound form.

    `names` maps the field names of the service to those of the form where they differ. What belongs to no field of the
    form stands on top of it. A refusal with status 404 stays one: what may not be seen does not exist.
    """
    names = names or {}
    if isinstance(problem, Refused):
        if problem.status == 404:
            raise Http404
        _add(form, names.get(problem.field, problem.field), [problem.message])
        return
    if not hasattr(problem, "error_dict"):
        _add(form, "", problem.messages)
        return
    for field, errors in problem.error_dict.items():
        _add(form, names.get(field, field), [message for error in errors for message in error.messages])


def add_to_messages(request: HttpRequest, problem: ValidationError | Refused) -> None:
    """Say on the next page why a service refused what a button asked for. A refusal with status 404 stays one."""
    if isinstance(problem, ValidationError):
        messages.error(request, join_sentences(problem.messages))
        return
    if problem.status == 404:
        raise Http404
    messages.warning(request, problem.message)


def _add(form: forms.BaseForm, field: str, sentences: list[str]) -> None:
    place = field if field in form.fields and field != NON_FIELD_ERRORS else None
    for sentence in sentences:
        form.add_error(place, sentence)
