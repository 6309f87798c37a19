"""Interpreters of an event: inviting one, and their timetables on paper."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.events import services
from matchmaker.events.models import Interpreter
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import InvitationForm
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import timetable_by_day


@organiser
@require_POST
def invite(request, slug, uid):
    """Send the address of the timetable, for the first time or anew."""
    row = get_object_or_404(Interpreter, event=event_of(request, slug), uid=uid)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write a valid email address and choose a language."))
        return redirect("console_event_interpreter_hours", slug, uid)
    with refusals_in_messages(request):
        services.invite_interpreter(by=request.user, interpreter=row, **form.cleaned_data)
        messages.success(request, _("The email with the timetable is sent now. Its earlier addresses are closed."))
    return redirect("console_event_interpreter_hours", slug, uid)


@team
@require_safe
def sheets(request, slug):
    """One sheet an interpreter."""
    event = event_of(request, slug)
    rows = [{"interpreter": row, "days": timetable_by_day(row)} for row in event.interpreters.all()]
    return render(request, "console/event_interpreters.html", {"event": event, "sheets": rows, "tab": "print"})
