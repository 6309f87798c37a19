"""Letters to many people: written, looked at as the readers will see them, sent once."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

from matchmaker.campaigns.services import announcements as services
from matchmaker.companies.models import Company
from matchmaker.core.languages import ENGLISH, name_for_reader, tag_of
from matchmaker.core.lists import format_list
from matchmaker.notifications import health, mail
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Announcement
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.texts import MAIL_CSP, as_page
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

SIDES = [("", gettext_lazy("Both sides")), ("suppliers", gettext_lazy("Suppliers")), ("buyers", gettext_lazy("Buyers"))]


class AnnouncementForm(forms.Form):
    """Who is meant, and what they read; the verb checks it."""

    side = forms.ChoiceField(label=gettext_lazy("Suppliers or buyers"), choices=SIDES, required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("Companies that are"),
        choices=[(state.value, state.label) for state in services.STATES],
        required=False,
    )
    countries = fields.CodesField(
        label=gettext_lazy("Only from these countries"), choices=fields.countries, required=False
    )
    only_admins = forms.BooleanField(label=gettext_lazy("Only the administrators of each company"), required=False)
    selection = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)  # of an action on many

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for language, _own_name in settings.LANGUAGES:
            name = name_for_reader(language)
            subject, body = (
                _("Subject, %(language)s") % {"language": name},
                _("Text, %(language)s") % {"language": name},
            )
            self.fields[f"subject_{language}"] = forms.CharField(
                label=subject,
                required=False,
                widget=forms.TextInput(attrs={"lang": tag_of(language), "dir": "auto", "maxlength": 150}),
            )
            area = forms.Textarea(attrs={"lang": tag_of(language), "dir": "auto", "rows": 8, "maxlength": 5000})
            self.fields[f"body_{language}"] = forms.CharField(label=body, required=False, widget=area)

    def values(self) -> dict:
        data = self.cleaned_data
        texts = {
            language: {part: data[f"{part}_{language}"] for part in ("subject", "body")}
            for language, _name in settings.LANGUAGES
        }
        segment = {name: data[name] for name in ("side", "state", "countries", "only_admins", "selection")}
        return {"segment": segment, "texts": texts}

    def groups(self):
        """First who, then language by language: (name, fields, whether it is shown open)."""
        by_filter = [] if self["selection"].value() else ["side", "state", "countries"]
        yield _("Who gets it"), [self[name] for name in (*by_filter, "only_admins", "selection")], True
        for language, _own_name in settings.LANGUAGES:
            boxes = [self[f"subject_{language}"], self[f"body_{language}"]]
            yield (
                capfirst(name_for_reader(language)),
                boxes,
                language in settings.STAFF_LANGUAGES or any(box.value() or box.errors for box in boxes),
            )


@organiser
def index(request):
    rows = _mine(request).select_related("written_by", "agreed_by")
    return render(
        request, "console/announcements.html", {"page": Paginator(rows, 20).get_page(request.GET.get("page"))}
    )


@organiser
def edit(request, uid=None):
    draft = get_object_or_404(_mine(request), uid=uid) if uid else None
    chosen = {} if draft else {"selection": str(_selection(request) or "")}
    form = AnnouncementForm(request.POST or None, initial={**_initial(draft), **chosen})
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            draft = services.write(by=request.user, campaign=request.campaign, draft=draft, **form.values())
            return redirect("console_announcement", draft.uid)
    status = 400 if form.errors else 200
    context = {"form": form, "draft": draft, "selected": _count_selected(request, form["selection"].value())}
    return render(request, "console/announcement_edit.html", context, status=status)


def _selection(request) -> UUID | None:
    """The action on many companies whose companies the letter is for, from the address."""
    try:
        return UUID(request.GET.get("selection", ""))
    except ValueError:
        return None


def _count_selected(request, selection: str | None) -> int:
    """How many companies were chosen for it."""
    try:
        segment = {"selection": UUID(selection or "")}
    except ValueError:
        return 0
    return services.selected_items(segment, request.campaign).count()


@organiser
def show(request, uid):
    """How far it would go and how it reads, before anything leaves; afterwards, what became of it."""
    row = get_object_or_404(_mine(request), uid=uid)
    sent = row.state == Announcement.State.SENT
    reach = None if sent else services.reach(row.audience, request.campaign)
    names = {code: name_for_reader(code) for code, _own_name in settings.LANGUAGES}
    facts = [
        {
            "label": _("Who gets it"),
            "value": _audience(row.audience, _count_selected(request, row.audience.get("selection"))),
        },
        {"label": _("Written by"), "value": row.written_by.name},
        {"label": _("Agreed by"), "value": row.agreed_by.name if row.agreed_by else ""},
    ]
    context = {
        "row": row,
        "facts": facts,
        "letters": [{"language": code, "name": names[code], **row.texts[code]} for code in names if code in row.texts],
        "reach": reach,
        "languages": [
            {"name": names.get(code, code), "count": count}
            for code, count in (reach.languages if reach else {}).items()
        ],
        "became": health.counts_of_event(row.event_key) if sent else None,
        "second_needed": reach is not None and reach.needs_two,
        "own_request": row.state == Announcement.State.WAITING and row.written_by_id == request.user.pk,
    }
    return render(request, "console/announcement.html", context)


@organiser
@csp_override(MAIL_CSP)
def as_mail(request, uid, language) -> HttpResponse:
    """The mail itself, as this organiser would get it in one language."""
    row = get_object_or_404(_mine(request), uid=uid)
    request.user.language = language if language in dict(settings.LANGUAGES) else ENGLISH  # never saved
    # Only those it was sent to open the letter's own page: here the button leads back to the console.
    context = {
        "announcement": str(row.uid),
        "path": reverse("console_announcement", args=[row.uid]),
        BELONGS_TO: request.campaign.slug,
    }
    return as_page(mail.build(request.user, services.KIND, services.KIND, context, key="preview"))


@organiser
@require_POST
def act(request, uid, verb):
    """Send, try out, call back or discard."""
    row = get_object_or_404(_mine(request), uid=uid)
    who = {"by": request.user, "campaign": request.campaign}
    with refusals_in_messages(request):
        if verb == "send":
            row = services.send(**who, draft=row, read=request.POST.get("read", ""))
            if row.state == Announcement.State.SENT:
                messages.success(request, _("On its way."))
            else:
                messages.success(request, _("Now another person of the team has to agree."))
        elif verb == "try":
            services.try_out(**who, draft=row)
            messages.success(request, _("Sent to your own address."))
        elif verb == "call-back":
            services.call_back(**who, announcement=row)
            messages.success(request, _("What had not left stays here."))
        elif verb == "discard":
            services.discard(**who, draft=row)
            return redirect("console_announcements")
        else:
            raise Http404
    start_delivery()
    return redirect("console_announcement", uid)


def _mine(request):
    return Announcement.objects.filter(owner_uid=request.campaign.uid)


def _initial(draft: Announcement | None) -> dict:
    if draft is None:
        return {"state": Company.Status.APPROVED.value}
    texts = {f"{part}_{language}": text for language, parts in draft.texts.items() for part, text in parts.items()}
    return draft.audience | texts


def _audience(segment: dict, selected: int) -> str:
    """The segment in words."""
    only_admins = _("administrators only") if segment.get("only_admins") else ""
    if segment.get("selection"):
        chosen = ngettext("%(n)d chosen company", "%(n)d chosen companies", selected) % {"n": selected}
        return " · ".join(word for word in (chosen, only_admins) if word)
    names = dict(fields.countries())
    words = [
        str(dict(SIDES).get(segment.get("side", ""), "")),
        str(dict(Company.Status.choices).get(segment.get("state", ""), "")),
        format_list(names.get(code, code) for code in segment.get("countries", [])),
        only_admins,
    ]
    return " · ".join(word for word in words if word)
