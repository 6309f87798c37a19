"""The words of the site's mails: every kind of notice, its own text, and the team's."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

from matchmaker.campaigns.services import texts as services
from matchmaker.notifications import mail, muting, topics, wording
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Wording
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

# A mail carries its style with it; nothing else may be loaded or run.
MAIL_CSP = {"default-src": [CSP.NONE], "style-src": [CSP.UNSAFE_INLINE], "frame-ancestors": [CSP.NONE]}


class WordingForm(forms.Form):
    """Subject and text; the verb checks the placeholders."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 10, "maxlength": 5000}))

    def __init__(self, *args, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["lang"] = language


@organiser
def index(request):
    """Every kind with its own subject, topic by topic; those with other words are marked."""
    reworded, muted = set(Wording.objects.values_list("kind", flat=True)), muting.muted_kinds()
    groups: dict[str, list] = {}
    for kind in wording.kinds():
        rows = groups.setdefault(topics.label(topics.topic_of(kind))[0], [])
        language = request.LANGUAGE_CODE
        subjects = [wording.default(kind, language, number)["subject"] for number in range(len(wording.variants(kind)))]
        rows.append({"kind": kind, "subjects": subjects, "reworded": kind in reworded, "muted": kind in muted})
    return render(request, "console/texts.html", {"groups": sorted(groups.items())})


@organiser
def edit(request, kind, language, variant):
    """Change the words of one kind in one language, with what they become beside it."""
    _require_known(kind, language, variant)
    saved = wording.stored_wording(kind, language, variant)
    own = wording.default(kind, language, variant)
    start = {"subject": saved.subject, "body": saved.body} if saved else own
    form = WordingForm(request.POST or None, initial=start, language=language)
    looking = request.method == "POST" and "look" in request.POST
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        mistakes = {name: found for name in words if (found := wording.mistakes(kind, words[name]))}
        for name, found in mistakes.items():
            form.add_error(name, found)
        if not mistakes and not looking and _save(request, form, kind, language, variant):
            return redirect("console_text", kind, language, variant)
    shown = form.data if form.is_bound else start
    notice, facts = wording.sample(kind, variant, services.readable_notices(request.user, request.campaign))
    known = wording.values(kind, {**facts, "recipient": request.user.name, "site_name": mail.site_name()}, language)
    context = {
        "form": form,
        "kind": kind,
        "language": language,
        "variant": variant,
        "saved": saved,
        "own": own,
        "real": notice,
        "preview": {name: wording.fill(shown.get(name, ""), known) for name in ("subject", "body")},
        "placeholders": [{"name": name, "value": value} for name, value in known.items()],
        "languages": [{"code": code, "name": name, "checked": code == language} for code, name in settings.LANGUAGES],
        "variants": [
            {"number": number, "name": wording.default(kind, language, number)["subject"], "checked": number == variant}
            for number in range(len(wording.variants(kind)))
        ],
        "topic": topics.label(topics.topic_of(kind))[0],
        "sender": mail.sender_of_letters({BELONGS_TO: request.campaign.slug}),
        "muted": muting.is_muted(kind),
        "may_mute": muting.may_be_muted(kind) and services.may_change_site(request.user, request.campaign),
        "may_change": services.may_change_site(request.user, request.campaign),
    }
    return render(request, "console/text.html", context, status=400 if form.errors else 200)


@organiser
@require_POST
def switch(request, kind):
    """Send no mails of a kind any more, or send them again."""
    if kind not in wording.kinds():
        raise Http404
    who = {"by": request.user, "campaign": request.campaign, "kind": kind}
    if "on" in request.POST:
        with refusals_in_messages(request):
            services.unmute_kind(**who)
            messages.success(request, _("Emails of this kind are sent again."))
    else:
        with refusals_in_messages(request):
            services.mute_kind(**who)
            messages.success(request, _("No more emails of this kind. People still find it on the site."))
    return redirect("console_text", kind, request.LANGUAGE_CODE, 0)


@organiser
@require_POST
def restore(request, kind, language, variant):
    _require_known(kind, language, variant)
    who = {"by": request.user, "campaign": request.campaign}
    with refusals_in_messages(request):
        services.restore_wording(**who, kind=kind, language=language, variant=variant)
        messages.success(request, _("The site’s own words are back."))
    return redirect("console_text", kind, language, variant)


@organiser
@csp_override(MAIL_CSP)
def as_mail(request, kind, language, variant) -> HttpResponse:
    """The mail itself, with the words kept at the moment."""
    _require_known(kind, language, variant)
    _notice, facts = wording.sample(kind, variant, services.readable_notices(request.user, request.campaign))
    request.user.language = language  # never saved
    facts = {**facts, "path": "/", BELONGS_TO: request.campaign.slug}
    return as_page(mail.build(request.user, kind, topics.topic_of(kind), facts, key="preview"))


def as_page(letter: EmailMultiAlternatives) -> HttpResponse:
    """The HTML of a mail as a page of its own; its view overrides the policy with MAIL_CSP."""
    return HttpResponse(letter.alternatives[0].content)


def _save(request, form: WordingForm, kind: str, language: str, variant: int) -> bool:
    where = {"kind": kind, "language": language, "variant": variant}
    with refusals_in_form(form):
        services.save_wording(by=request.user, campaign=request.campaign, **where, **form.cleaned_data)
        messages.success(request, _("Saved. Emails sent from now on carry these words."))
        return True
    return False


def _require_known(kind: str, language: str, variant: int) -> None:
    if kind not in wording.kinds() or language not in dict(settings.LANGUAGES):
        raise Http404
    if variant >= len(wording.variants(kind)):
        raise Http404
