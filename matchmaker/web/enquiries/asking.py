"""The first message: about a product, to a supplier, or on a demand."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry, PreparedEnquiry
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.enquiries.composing import Composer, languages_read_by, refusals_in_message
from matchmaker.web.enquiries.forms import MessageForm, message_form
from matchmaker.web.forms.refusals import refusals_in_messages


@signed_in
def supplier(request: HttpRequest, uid) -> HttpResponse:
    other = get_object_or_404(Company.objects.visible_to(request.user).suppliers(), uid=uid)
    return _ask(request, side="buyer", receiver=other, other=other)


@signed_in
def product(request: HttpRequest, uid) -> HttpResponse:
    found = get_object_or_404(Product.objects.visible_to(request.user).for_cards(), uid=uid)
    return _ask(request, side="buyer", receiver=found.company, product=found)


@signed_in
def demand(request: HttpRequest, uid) -> HttpResponse:
    found = get_object_or_404(Demand.objects.visible_to(request.user).open().select_related("company"), uid=uid)
    return _ask(request, side="supplier", receiver=found.company, demand=found)


def _ask(request: HttpRequest, *, side: str, receiver: Company, **about) -> HttpResponse:
    company = current_company(request, **{f"is_{side}": True})
    if company is None:
        return _join_first(request, side)
    if company.is_before_approval and "demand" in about:
        return _prepare(request, company, about["demand"])
    supplier_, buyer = (receiver, company) if side == "buyer" else (company, receiver)
    earlier = _earlier(supplier_, buyer, about).first()
    if earlier is not None and Enquiry.objects.visible_to(request.user).filter(pk=earlier.pk).exists():
        return redirect("enquiry", earlier.uid)  # what was asked before goes on where it was
    composer, form = Composer(request), message_form(request)
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    if _is_sent(request, form, composer) and (enquiry := _send(request, company, form, composer, about)):
        return redirect("enquiry", enquiry.uid)
    match = services.match_between(supplier_, buyer)
    prepared = services.prepared_for(company, about["demand"]) if "demand" in about else None
    if request.method != "POST" and prepared:
        form = _form_of(prepared)
    context = {
        "form": form,
        "composer": composer,
        "languages": languages_read_by(receiver),
        "refusal": services.why_not_ask(sender=company, receiver=receiver, match=match),
        "company": company,
        "receiver": receiver,
        "named": side == "buyer",
        "product": about.get("product"),
        "demand": about.get("demand"),
        "lines": about["demand"].lines.select_related("category").order_by("number") if "demand" in about else [],
        "match": match,
        "problem": prepared.problem if prepared else "",
        "rate": services.reply_rate(receiver),
        "left": services.left_today(company),
        "limit": services.limit_of(company),
        "waiting": services.open_requests(company).count(),
    }
    status = 403 if form.errors and form.non_field_errors() else 200
    return render(request, "enquiries/ask.html", context, status=status)


def _join_first(request: HttpRequest, side: str) -> HttpResponse:
    needed = _("Buyers ask suppliers: join as a buyer first.")
    messages.info(request, needed if side == "buyer" else _("Suppliers answer demands: join as a supplier first."))
    return redirect("join")


def _is_sent(request: HttpRequest, form, composer: Composer) -> bool:
    """Whether the form was sent, with nothing wrong in it, and not only a sentence chosen."""
    return request.method == "POST" and not composer.is_step and all([form.is_valid(), composer.is_valid()])


def _send(request: HttpRequest, company: Company, form, composer: Composer, about: dict) -> Enquiry | None:
    """The enquiry that was sent or is held; None where it was refused, and the form says why."""
    with refusals_in_message(form, composer):
        enquiry = services.ask(
            by=request.user,
            company=company,
            text=form.cleaned_data["text"],
            phrases=composer.values(),
            files=form.cleaned_data["attachments"],
            **about,
        )
        transaction.on_commit(start_delivery)
        if enquiry.delivered_at is None:
            messages.warning(request, _("Kept. It is delivered once the organiser has looked at it."))
        else:
            messages.success(request, _("Sent. You hear as soon as they answer."))
        return enquiry
    return None


def _prepare(request: HttpRequest, company: Company, demand: Demand) -> HttpResponse:
    """The same form before the approval: what is written waits, and goes out by itself."""
    prepared = services.prepared_for(company, demand)
    here = reverse("ask_demand", args=[demand.uid])
    if request.method == "POST" and prepared and "take_back" in request.POST:
        with refusals_in_messages(request):
            services.take_back_prepared(by=request.user, prepared=prepared)
            messages.success(request, _("Taken back. Your words are kept below."))
        return redirect(here)
    composer, form = Composer(request), message_form(request)
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    if request.method == "POST" and not composer.is_step and all([form.is_valid(), composer.is_valid()]):
        with refusals_in_message(form, composer):
            services.prepare(
                by=request.user,
                company=company,
                demand=demand,
                text=form.cleaned_data["text"],
                phrases=composer.values(),
            )
            messages.success(request, _("Kept. It goes out by itself as soon as your company is approved."))
            return redirect(here)
    if request.method != "POST" and prepared:
        form = _form_of(prepared)
    context = {
        "form": form,
        "composer": composer,
        "languages": languages_read_by(demand.company),
        "company": company,
        "receiver": demand.company,
        "named": False,
        "demand": demand,
        "lines": demand.lines.select_related("category").order_by("number"),
        "rate": services.reply_rate(demand.company),
        "is_early": True,
        "prepared": prepared,
    }
    status = 403 if form.errors and form.non_field_errors() else 200
    return render(request, "enquiries/ask.html", context, status=status)


def _form_of(prepared: PreparedEnquiry) -> MessageForm:
    """Ready-made sentences come back as words of the text, so that none is lost when it is kept or sent again."""
    words = [*phrase_book.sentences(prepared.phrases), prepared.text]
    return MessageForm(initial={"text": "\n".join(words).strip()})


def _earlier(supplier_: Company, buyer: Company, about: dict):
    rows = Enquiry.objects.filter(supplier=supplier_, buyer=buyer, demand=about.get("demand"))
    return rows if about.get("demand") else rows.filter(product=about.get("product"))
