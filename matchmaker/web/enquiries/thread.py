"""One enquiry: what was written and what became of it."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.downloads import SEALED, attachment
from matchmaker.core.uploads import MOST_BYTES
from matchmaker.messaging import services
from matchmaker.messaging.models import Attachment, DealStep, FollowUp, Message, QuoteRequest, Report, Sample, StepPaper
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries import composers, forms
from matchmaker.web.enquiries.composing import Composer, languages_read_by, refusals_in_message
from matchmaker.web.enquiries.forms import EditForm, ReportForm
from matchmaker.web.enquiries.prechecks import prechecks_of
from matchmaker.web.enquiries.timeline import Denial, denial_composer, entries_of, ladder_of
from matchmaker.web.enquiries.view_steps import act_and_return, enquiry_of, one_of, with_notice
from matchmaker.web.forms.fields import limit_upload
from matchmaker.web.forms.refusals import refusals_in_form

STEP_ID, SAMPLE_ID = "step_%s", "sample_%s"
FILE_FIELD = {"files": "paper"}  # the field of these forms in which a refused file is named


@signed_in
def show(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    composer, form = Composer(request), forms.message_form(request)
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    if request.method == "POST" and not composer.is_step and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer):
            services.reply(
                by=request.user,
                enquiry=enquiry,
                text=form.cleaned_data["text"],
                phrases=composer.values(),
                files=form.cleaned_data["attachments"],
            )
            transaction.on_commit(start_delivery)
            return redirect(f"{request.path}#last")
    services.see(by=request.user, enquiry=enquiry)
    status = 422 if form.errors or composer.has_errors else 200
    return _page(request, enquiry, side, form=form, composer=composer, status=status)


def _page(request: HttpRequest, enquiry, side, *, status: int, **shown) -> HttpResponse:
    """The enquiry with its forms, or with those in `shown`: what was typed and refused stays in them."""
    context = context_of(request, enquiry, side, shown.get("form") or forms.MessageForm())
    return render(request, "enquiries/thread.html", {**context, **shown}, status=status)


def context_of(request: HttpRequest, enquiry, side, form) -> dict:
    other = enquiry.company_of(side.other)
    own = enquiry.company_of(side)
    hidden = Report.objects.filter(message__enquiry=enquiry, side=side).values_list("message__uid", flat=True)
    held = enquiry.messages.filter(side=side, state=Message.State.HELD).exists()
    by_us = enquiry.asked_by == side
    ladder = ladder_of(enquiry, side)
    sample = enquiry.samples.last()
    again = services.last_order(enquiry) if "again" in request.GET and _can_order_again(ladder) else None
    return {
        "enquiry": enquiry,
        "side": side,
        "own": own,
        "other": other,
        "named": side == "buyer" or enquiry.buyer_named,
        "entries": entries_of(request.user, enquiry, side),
        "reported": set(hidden),
        "form": form,
        "composer": Composer(),
        "languages": languages_read_by(other),
        "held": held,
        "can_write": not held
        and (enquiry.status in ("open", "closed") or (not by_us and enquiry.status in ("requested", "declined"))),
        "is_request_to_us": enquiry.status == "requested" and not by_us,
        "our_turn": enquiry.owes == side and enquiry.is_living,
        "people": own.members.filter(is_active=True),
        "person": enquiry.person_of(side),
        "last_request": QuoteRequest.objects.filter(lines__enquiry=enquiry).first(),
        "ask_query": f"p={enquiry.product.uid}" if enquiry.product else f"s={enquiry.supplier.uid}",
        "quotes": enquiry.quotes.exclude(status="replaced").select_related("line"),
        "prechecks": prechecks_of(request.user, services.quotes_to_check(enquiry)),
        "account": services.account_for(enquiry, side),
        "sample": sample,
        "sample_wanted": QuoteRequest.objects.filter(lines__enquiry=enquiry, sample_wanted=True).exists(),
        "ladder": ladder,
        "follow_up": enquiry.follow_ups.filter(side=side).first(),
        "deal_open": enquiry.status in ("open", "closed"),
        "sample_form": forms.SampleForm(auto_id=SAMPLE_ID),
        "sample_composer": composers.sample_wish(enquiry),
        **composers.of_sample(sample),
        "send_form": forms.SendForm(auto_id="send_%s"),
        "refuse_form": forms.RefuseSampleForm(auto_id="refuse_%s"),
        "judge_form": forms.JudgeForm(auto_id="judge_%s"),
        "step_form": forms.StepForm(auto_id=STEP_ID, initial=_next_step(ladder, again)),
        "step_open": again is not None,
        "can_order_again": _can_order_again(ladder),
        "step_composer": composers.step(enquiry),
        "rate": services.reply_rate(other),
    }


def _next_step(ladder: list[dict], again: DealStep | None) -> dict:
    """What the form for a step begins with: the first one that nobody has stated, today; or the last order again."""
    today = timezone.localdate()
    if again is not None:
        return {
            "rung": DealStep.Rung.REPEAT,
            "happened_on": today,
            "amount": again.amount,
            "currency": again.currency or "CNY",
        }
    rung = next((row["rung"] for row in ladder if not row["step"]), "")
    return {"rung": rung, "happened_on": today, "currency": "CNY"}


def _can_order_again(ladder: list[dict]) -> bool:
    """After an order that both confirmed, while no repeat order waits for an answer."""
    is_ordered = any(row["rung"] == DealStep.Rung.ORDER and row["confirmed"] for row in ladder)
    return is_ordered and all(row["confirmed"] for row in ladder if row["rung"] == DealStep.Rung.REPEAT)


ACTS = {
    "decline": (
        services.decline,
        gettext_lazy("Declined. They cannot ask again."),
        (gettext_lazy("The other side is notified."), "enquiry_declined"),
    ),
    "nothing": (services.nothing_to_answer, gettext_lazy("Noted: nobody is reminded of it."), ("", "")),
    "close": (services.close_enquiry, gettext_lazy("Archived. A new message opens it again."), ("", "")),
}


@signed_in
@require_POST
def act(request: HttpRequest, uid) -> HttpResponse:
    enquiry, _side = enquiry_of(request, uid)
    chosen = request.POST.get("act", "")
    if chosen not in ACTS:
        messages.error(request, _("Choose one of the buttons."))
        return redirect("enquiry", enquiry.uid)
    service, said, told = ACTS[chosen]
    return act_and_return(request, lambda: service(by=request.user, enquiry=enquiry), enquiry, said=said, told=told)


@signed_in
@require_POST
def assign(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    chosen = request.POST.get("person", "")
    person = next((one for one in enquiry.company_of(side).members.all() if str(one.uid) == chosen), None)
    if chosen and person is None:
        raise Http404
    return act_and_return(
        request,
        lambda: services.assign(by=request.user, enquiry=enquiry, to=person),
        enquiry,
        said=(
            _("Saved. Only this person is notified from now on.")
            if person
            else _("Saved. Everybody of your company is notified.")
        ),
    )


# Samples, the ladder of a deal, and the question weeks later.


def _to_part(enquiry, part: str) -> HttpResponse:
    response = redirect("enquiry", enquiry.uid)
    response["Location"] += f"#{part}"
    return response


def _phrases_of(request: HttpRequest, composer: Composer) -> HttpResponse:
    return render(request, "enquiries/phrases.html", {"composer": composer})


@signed_in
@require_POST
def ask_sample(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    composer = composers.sample_wish(enquiry, request)
    if composer.is_step and request.htmx:
        return _phrases_of(request, composer)
    form = composers.form_of(forms.SampleForm, request, composer, auto_id=SAMPLE_ID)
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer, {}):
            services.ask_sample(
                by=request.user, enquiry=enquiry, what=form.cleaned_data["what"], phrases=composer.values()
            )
            transaction.on_commit(start_delivery)
            messages.success(request, _("The supplier is asked for it."))
            return _to_part(enquiry, "sample")
    shown = {"sample_form": form, "sample_composer": composer}
    return _page(request, enquiry, side, status=422 if form.is_bound else 200, **shown)


# What a step of a sample takes: its form, and the names under which the page shows the form and its sentences.
SAMPLE_STEPS: dict[str, tuple[type, str, str, str]] = {
    Sample.Stage.SENT: (forms.SendForm, "send_%s", "send_form", ""),
    Sample.Stage.REFUSED: (forms.RefuseSampleForm, "refuse_%s", "refuse_form", "refuse_composer"),
    Sample.Stage.RECEIVED: (forms.forms.Form, "received_%s", "received_form", ""),
    Sample.Stage.JUDGED: (forms.JudgeForm, "judge_%s", "judge_form", "judge_composer"),
}


@signed_in
@require_POST
def move_sample(request: HttpRequest, uid) -> HttpResponse:
    sample = one_of(Sample.objects.visible_to(request.user), uid)
    enquiry, side = enquiry_of(request, sample.enquiry.uid)
    composer = composers.sample_step(sample, request)
    if composer.is_step and request.htmx:
        return _phrases_of(request, composer)
    stage = request.POST.get("stage") or composers.stage_in_hand(sample)
    if stage not in SAMPLE_STEPS:
        messages.error(request, _("A sample is sent, refused, received or judged."))
        return _to_part(enquiry, "sample")
    form_class, auto_id, form_name, composer_name = SAMPLE_STEPS[stage]
    form = composers.form_of(form_class, request, composer, auto_id=auto_id)
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer, {}):
            phrases = composer.values() if composer_name else ()
            services.move_sample(by=request.user, sample=sample, stage=stage, phrases=phrases, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            told = (_("The other side is notified."), "enquiry_step")
            messages.success(request, with_notice(request, enquiry, _("Noted."), told))
            return _to_part(enquiry, "sample")
    shown = {form_name: form, **({composer_name: composer} if composer_name else {})}
    return _page(request, enquiry, side, status=422 if form.is_bound else 200, **shown)


@limit_upload(MOST_BYTES)
@signed_in
@require_POST
def say_step(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    if request.too_large:
        return _too_large(request, enquiry, side)
    composer = composers.step(enquiry, request)
    if composer.is_step and request.htmx:
        return _phrases_of(request, composer)
    form = composers.form_of(forms.StepForm, request, composer, auto_id=STEP_ID)
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        terms = dict(form.cleaned_data)
        paper, number = terms.pop("paper"), terms.pop("number")
        with refusals_in_message(form, composer, FILE_FIELD):
            checked = services.check_paper(paper) if paper else None  # before the transaction, see `check_first`
            with transaction.atomic():
                step = services.say_step(by=request.user, enquiry=enquiry, phrases=composer.values(), **terms)
                if checked:
                    services.back_step(by=request.user, step=step, file=checked, number=number)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Noted. It counts once the other side confirms it."))
            return _to_part(enquiry, "deal")
    shown = {"step_form": form, "step_composer": composer, "step_open": True}
    return _page(request, enquiry, side, status=422 if form.is_bound else 200, **shown)


def _too_large(request: HttpRequest, enquiry, side) -> HttpResponse:
    """The browser puts back what was typed: such a request is not read."""
    messages.error(request, _("A document may have up to 10 MB."))
    return _page(request, enquiry, side, status=413)


@signed_in
@require_POST
def answer_step(request: HttpRequest, uid) -> HttpResponse:
    step = one_of(DealStep.objects.visible_to(request.user), uid)
    enquiry, side = enquiry_of(request, step.enquiry.uid)
    composer = denial_composer(step, request)
    if composer.is_step and request.htmx:
        return _phrases_of(request, composer)
    form = composers.form_of(forms.DenyForm, request, composer, auto_id=f"why_{step.rung}_%s")
    if form.is_bound and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer, {}):
            services.answer_step(
                by=request.user,
                step=step,
                confirm=request.POST.get("answer") == "confirm",
                why=form.cleaned_data["why"],
                phrases=composer.values(),
            )
            transaction.on_commit(start_delivery)
            told = (_("The other side is notified."), "enquiry_step")
            messages.success(request, with_notice(request, enquiry, _("Noted."), told))
            return _to_part(enquiry, "deal")
    ladder = ladder_of(enquiry, side, denial=Denial(step.pk, form, composer))
    return _page(request, enquiry, side, ladder=ladder, status=422 if form.is_bound else 200)


@limit_upload(MOST_BYTES)
@signed_in
@require_POST
def back_step(request: HttpRequest, uid) -> HttpResponse:
    """Put a document behind a step that was stated."""
    step = one_of(DealStep.objects.visible_to(request.user), uid)
    enquiry, side = enquiry_of(request, step.enquiry.uid)
    if request.too_large:
        return _too_large(request, enquiry, side)
    form = forms.PaperForm(request.POST, request.FILES, auto_id=f"paper_{step.rung}_%s")
    if form.is_valid():
        given = form.cleaned_data
        with refusals_in_form(form, FILE_FIELD):
            services.back_step(by=request.user, step=step, file=given["paper"], number=given["number"])
            transaction.on_commit(start_delivery)
            messages.success(request, _("The document is added. The other side can open it."))
            return _to_part(enquiry, "deal")
    return _page(request, enquiry, side, ladder=ladder_of(enquiry, side, (step.pk, form)), status=422)


@signed_in
@require_safe
@csp_override(SEALED)
def download_paper(request: HttpRequest, uid) -> FileResponse:
    return attachment(get_object_or_404(StepPaper.objects.visible_to(request.user), uid=uid))


@signed_in
@require_POST
def answer_follow_up(request: HttpRequest, uid) -> HttpResponse:
    row = one_of(FollowUp.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.answer_follow_up(
            by=request.user,
            follow_up=row,
            answer=request.POST.get("answer", ""),
            note=request.POST.get("note", "")[:500],
        ),
        row.enquiry,
        said=_("Thank you. If goods were ordered or shipped, say it under “The deal”, so that it counts."),
        anchor="deal",
    )


# One message: change it, take it back, report it, read its files.


@signed_in
def edit_message(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    form = EditForm(request.POST or None, initial={"text": message.text})
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.edit_message(by=request.user, message=message, text=form.cleaned_data["text"])
            return redirect("enquiry", message.enquiry.uid)
    context = {"form": form, "message": message, "enquiry": message.enquiry}
    return render(request, "enquiries/edit.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def delete_message(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    return act_and_return(
        request,
        lambda: services.delete_message(by=request.user, message=message),
        message.enquiry,
        said=_("Taken back. A mark stays in its place."),
    )


@signed_in
def report_message(request: HttpRequest, uid) -> HttpResponse:
    message = one_of(Message.objects.visible_to(request.user), uid)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.report_message(by=request.user, message=message, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Reported. The organiser reads this message and decides; you are told."))
            return redirect("enquiry", message.enquiry.uid)
    context = {"form": form, "message": message, "enquiry": message.enquiry}
    return render(request, "enquiries/report.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
@csp_override(SEALED)
def download_file(request: HttpRequest, uid) -> FileResponse:
    """Always a download: nothing in it may run here (B57)."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), uid=uid)
    return attachment(found)
