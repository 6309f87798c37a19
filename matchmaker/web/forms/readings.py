"""Start a form from a photograph or a pasted text: the two boxes, and what was read shown in the form's fields."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.companies.models import Company, Membership
from matchmaker.imports.models import Reading
from matchmaker.imports.services import text_reader
from matchmaker.web.forms import fields

JOINS_AS = "joins_as"  # in the session: the side whose first step of joining a reading of a company fills in


class StartForm(forms.Form):
    """A photograph or a pasted text; the service checks both."""

    picture = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": gettext_lazy("This file is empty. Choose the picture again.")},
    )
    text = fields.TextField(
        label=gettext_lazy("Text"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )


def start_context(kind: str, form: StartForm | None = None) -> dict:
    """What `components/start_from.html` shows."""
    return {
        "start_kind": kind,
        "start_form": form or StartForm(auto_id="start-%s"),
        "reads_pictures": text_reader() is not None,
    }


def reading_in(request: HttpRequest, kind: str) -> Reading | None:
    """The reading that the address or the form names, if it is this person's, read, and not saved yet."""
    try:
        uid = UUID(request.POST.get("reading") or request.GET.get("reading", ""))
    except ValueError:
        return None
    mine = Reading.objects.visible_to(request.user).filter(state=Reading.State.DONE, confirmed_at__isnull=True)
    return mine.filter(uid=uid, kind=kind).first()


def mark_read_fields(form: forms.Form, reading: Reading, names: Iterable[str] | None = None) -> None:
    """Say beside each field that its value was read or suggested and is confirmed by saving."""
    read = _("read from your picture") if reading.is_picture else _("read from your text")
    for name in names or reading.fields:
        if name in form.fields:
            form.fields[name].mark = _("suggested") if name in reading.suggested else read


def may_keep_picture(reading: Reading | None, request: HttpRequest, company: Company | None) -> bool:
    """A paper of the company is sent by those who administer it; a person who starts a company does."""
    if reading is None or not reading.picture:
        return False
    admins = Membership.objects.filter(user=request.user, company=company, role=Membership.Role.ADMIN)
    return company is None or admins.exists()
