"""A buyer asks several suppliers for a quote at once, and finds its requests again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_label
from matchmaker.core.problems import Refused
from matchmaker.matching.models import Match
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry, QuoteRequest
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import buyer
from matchmaker.web.enquiries.composing import Composer, languages_read_by, refusals_in_message
from matchmaker.web.enquiries.facts import facts_of
from matchmaker.web.enquiries.forms import RequestForm

PER_PAGE = 20
SUGGESTED = 6  # other suppliers that may be ticked, too


@dataclass(frozen=True)
class Option:
    """A supplier that can be ticked, about a product or as such; `refusal` where it cannot be asked now."""

    value: str
    subject: Product | Company
    supplier: Company
    refusal: Refused | None

    @property
    def label(self) -> str:
        if isinstance(self.subject, Product):
            return f"{self.subject.name} · {self.supplier.display_name}"
        return self.supplier.display_name


@buyer
def new(request: HttpRequest) -> HttpResponse:
    line = _line(request)
    named, suggested = _subjects(request, line)
    if not named and not suggested:
        messages.info(request, _("Choose a product or a supplier first."))
        return redirect("products")
    options = [_option(request.company, subject) for subject in (*named, *suggested)]
    open_options = [option for option in options if option.refusal is None]
    ticked = [option.value for option in open_options[: services.MOST_ASKED] if option.subject in named]
    composer = Composer(request)
    if composer.is_step and request.htmx:
        return render(request, "enquiries/phrases.html", {"composer": composer})
    initial = _typed(request) if composer.is_step else {"suppliers": ticked, **_wishes(line, named)}
    form = _form(request, composer, open_options, initial)
    is_sent = request.method == "POST" and not composer.is_step
    if is_sent and (made := _send(request, form, composer, open_options, line)):
        return redirect("quote_request", made.uid)
    refused = [option for option in options if option.refusal]
    languages = languages_read_by(*(option.supplier for option in open_options))
    context = {"form": form, "composer": composer, "languages": languages, "line": line, "refused": refused}
    is_refused = form.errors or (composer.has_errors and not composer.is_step)
    return render(request, "enquiries/request.html", context, status=422 if is_refused else 200)


def _form(request: HttpRequest, composer: Composer, open_options: Sequence[Option], initial: dict) -> RequestForm:
    """As it was sent; unbound where only a sentence was chosen, so that nothing is judged yet."""
    choices = [(option.value, option.label) for option in open_options]
    return RequestForm(None if composer.is_step else request.POST or None, options=choices, initial=initial)


def _send(
    request: HttpRequest,
    form: RequestForm,
    composer: Composer,
    open_options: Sequence[Option],
    line: DemandLine | None,
) -> QuoteRequest | None:
    """The request that was made; None where it was refused, and the form says why."""
    if not all([form.is_valid(), composer.is_valid()]):
        return None
    chosen = {option.value: option.subject for option in open_options}
    with refusals_in_message(form, composer, {"subjects": "suppliers"}):
        result = services.request_quotes(
            by=request.user,
            company=request.company,
            subjects=[chosen[value] for value in form.cleaned_data["suppliers"]],
            line=line,
            phrases=composer.values(),
            **form.terms(),
        )
        transaction.on_commit(start_delivery)
        _say(request, result)
        return result.request
    return None


def _typed(request: HttpRequest) -> dict:
    """What was typed into the form, where a sentence is added or removed and nothing is judged yet."""
    return {**request.POST.dict(), "suppliers": request.POST.getlist("suppliers")}


@buyer
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = QuoteRequest.objects.of(request.company).select_related("line__demand")
    rows = rows.annotate(asked_count=Count("lines", distinct=True), quote_count=Count("lines__quotes", distinct=True))
    page = Paginator(rows.order_by("-made_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [{"request": row, "facts": facts_of(row)} for row in page]}
    return render(request, "enquiries/requests.html", context)


def _say(request: HttpRequest, result: services.RequestResult) -> None:
    sent = result.request.lines.filter(enquiry__delivered_at__isnull=False).count()
    held = result.request.lines.count() - sent
    if sent:
        sentence = ngettext("Sent to %(n)d supplier.", "Sent to %(n)d suppliers.", sent)
        messages.success(request, sentence % {"n": sent})
    if held:
        messages.warning(request, _("Kept. It is delivered once the organiser has looked at it."))
    for subject, refusal in result.refusals:
        name = subject.company.display_name if isinstance(subject, Product) else subject.display_name
        messages.warning(request, join_label(_("Not sent to %(name)s") % {"name": name}, refusal.message))


def _line(request: HttpRequest) -> DemandLine | None:
    """The line of an own demand that the address names."""
    text = request.GET.get("line", "")
    if not text:
        return None
    found = _uids([text])
    if not found:
        raise Http404
    rows = DemandLine.objects.filter(demand__company=request.company).select_related("demand")
    return get_object_or_404(rows, uid=found[0])


def _subjects(request: HttpRequest, line: DemandLine | None) -> tuple[list[Product | Company], list[Product | Company]]:
    """What the address names, and what else the buyer may want to ask: matches of the line, or its shortlist."""
    products, suppliers = _uids(request.GET.getlist("p")), _uids(request.GET.getlist("s"))
    offered = Product.objects.visible_to(request.user).published().exclude(company=request.company)
    offered = offered.select_related("company").prefetch_related("texts")
    others = Company.objects.visible_to(request.user).suppliers().exclude(pk=request.company.pk)
    named: dict[uuid.UUID, Product | Company] = {row.uid: row for row in offered.filter(uid__in=products)}
    named |= {row.uid: row for row in others.filter(uid__in=suppliers)}
    wanted = [named[uid] for uid in (*products, *suppliers) if uid in named]
    if suppliers:
        return wanted, []
    more = offered.exclude(uid__in=products)
    if line is not None:
        matches = Match.objects.for_buyer(request.company).filter(line=line).exclude(buyer_answer=Match.Answer.DECLINED)
        keys = list(matches.order_by("-score", "pk").values_list("product", flat=True)[: SUGGESTED + len(products)])
        found = {row.pk: row for row in more.filter(pk__in=keys)}
        return wanted, [found[key] for key in keys if key in found][:SUGGESTED]
    shortlisted = more.filter(shortlisted__company=request.company).order_by("-shortlisted__pk")
    return wanted, list(shortlisted[:SUGGESTED])


def _uids(texts: list[str]) -> list[uuid.UUID]:
    """Well-formed identifiers, each once."""
    found: dict[uuid.UUID, None] = {}
    for text in texts[:50]:
        try:
            found[uuid.UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _option(company: Company, subject: Product | Company) -> Option:
    supplier = subject.company if isinstance(subject, Product) else subject
    about = {"product": subject} if isinstance(subject, Product) else {"product": None}
    earlier = Enquiry.objects.filter(supplier=supplier, buyer=company, demand=None, **about).exists()
    match = services.match_between(supplier, company)
    refusal = services.why_not_ask(sender=company, receiver=supplier, match=match, continues=earlier)
    return Option(f"{'p' if isinstance(subject, Product) else 's'}:{subject.uid}", subject, supplier, refusal)


def _wishes(line: DemandLine | None, named: list) -> dict:
    """What is known already: the line's quantity, place, term and date, or the unit that the product is sold in."""
    if line is None:
        units = {row.min_order_unit for row in named if isinstance(row, Product)}
        return {"unit": units.pop()} if len(units) == 1 else {}
    demand = line.demand
    values = {
        "quantity": line.quantity,
        "unit": line.unit,
        "incoterm": demand.incoterm,
        "place": demand.destination_name if demand.destination else "",
        "needed_by": demand.delivery_until,
    }
    return {name: value for name, value in values.items() if value}
