"""A company joins in three short steps; each one that is filled in is kept as a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.campaigns.services import partners, submit_company, team
from matchmaker.companies.about import texts_from
from matchmaker.companies.identifiers import check_identifier
from matchmaker.companies.models import NUMBER_TAKEN, NUMBER_TAKEN_SENTENCE, Company
from matchmaker.companies.services import companies_alike, start_company, update_company
from matchmaker.core import reference
from matchmaker.core.clocks import country_of_zone
from matchmaker.core.lists import format_list
from matchmaker.core.problems import Refused
from matchmaker.engines.language import detect
from matchmaker.imports.models import Reading
from matchmaker.imports.services import confirm_reading
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import current_company, everyone, signed_in
from matchmaker.web.access.teams import last_campaign, working_campaign
from matchmaker.web.campaign_site import link_to
from matchmaker.web.forms.company import ContactForm, NamesForm, initial_values
from matchmaker.web.forms.fields import QuestionsForm
from matchmaker.web.forms.readings import JOINS_AS, mark_read_fields, may_keep_picture, reading_in, start_context
from matchmaker.web.forms.refusals import add_to_form
from matchmaker.web.public.join_forms import SubmitForm
from matchmaker.web.public.partner_codes import KEPT, way_in

SIDES = ("supplier", "buyer")
FORMS = {1: NamesForm, 2: ContactForm, 3: SubmitForm}
# The country of a language that is spoken in one alone, as the first guess for a company.
COUNTRY_OF_LANGUAGE = {"th": "TH", "vi": "VN", "ja": "JP", "ko": "KR", "tr": "TR", "pl": "PL", "id": "ID", "it": "IT"}
ASIDE = ("consent", "code")  # of the last step, and not the company's own


@everyone
def choose_side(request: HttpRequest) -> HttpResponse:
    """What is needed, and which side one is on. Who has no account makes one first and comes back."""
    sides = [{"side": side, "url": way_in(request, side), "draft": _draft_of(request.user, side)} for side in SIDES]
    mine = Company.objects.of(request.user).exclude(status__in=Company.SUBMITTABLE)
    campaign = request.site_campaign
    context = {"sides": sides, "mine": mine, "answer_days": campaign.answer_days if campaign else 0}
    return render(request, "public/join/choose.html", context)


def _draft_of(user, side: str) -> Company | None:
    """The company this person is still filling in on this side."""
    drafts = Company.objects.of(user).filter(status__in=Company.SUBMITTABLE)
    return drafts.filter(**{f"is_{side}": True}).order_by("-id").first()


@signed_in
def fill_in(request: HttpRequest, side: str, step: int) -> HttpResponse:
    if side not in SIDES or step not in FORMS:
        raise Http404
    company = _draft_of(request.user, side)
    if company is None and step > 1:
        return redirect("join_step", side, 1)
    _remember_side(request, side)
    reading = _reading_of(request, company)
    initial, read_names = _initial(request, company, side, step, reading)
    form = FORMS[step](request.POST or None, initial=initial, side=side)
    questions = QuestionsForm.of(request, company, request.site_campaign) if step == 3 and company else None
    if request.method == "POST" and _are_valid(form, questions):
        company = _keep(request, form, company, side)
        if next_page := _next_page(request, form, questions, reading, company, side, step):
            return next_page
    if reading:
        mark_read_fields(form, reading, read_names)
    context = {
        **_step_context(side, step, company),
        "form": form,
        "asked": questions,
        "alike": (alike := _alike(form, company)),
        "taken": not alike and str(NUMBER_TAKEN_SENTENCE) in form.errors.get("identifier", []),
        "reading": reading if reading and not reading.confirmed_at else None,
        "may_keep_picture": may_keep_picture(reading, request, company),
        "can_start": step == 1 and reading is None,
        **start_context(Reading.Kind.COMPANY),
    }
    wrong = form.errors or (questions is not None and questions.errors)
    return render(request, f"public/join/step{step}.html", context, status=422 if wrong else 200)


def _initial(
    request: HttpRequest, company: Company | None, side: str, step: int, reading: Reading | None
) -> tuple[dict, list[str]]:
    """What the form of a step begins with, and which fields were filled in by a reading."""
    initial = initial_values(company, FORMS[step]) if company else _first_guess(request, side)
    read_names = _fill_in_read(initial, reading, step) if reading else []
    if step == 2:
        initial |= {name: value for name, value in _own_contact(request.user).items() if not initial.get(name)}
    if step == 3:
        initial["code"] = request.session.get(KEPT, "")
    return initial, read_names


def _are_valid(form, questions: QuestionsForm | None) -> bool:
    return form.is_valid() and (questions is None or questions.is_valid())


def _step_context(side: str, step: int, company: Company | None) -> dict[str, Any]:
    """Where one is on the way, and at its end what was typed."""
    return {
        "side": side,
        "step": step,
        "company": company,
        "steps": _steps(side, step),
        "review": _review(company, side) if step == 3 and company else [],
        "back_url": reverse("join_step", args=[side, step - 1]) if step > 1 else reverse("join"),
    }


def _next_page(
    request: HttpRequest, form, questions, reading: Reading | None, company: Company | None, side: str, step: int
) -> HttpResponse | None:
    """Where a step that was kept leads; None where it was refused, or the last one could not be submitted."""
    if form.errors:
        return None
    if company:
        _confirm(request, reading, company)
    if step < 3:
        return redirect("join_step", side, step + 1)
    if _answer(request, questions) and _submit(request, form, company):
        return redirect("desk")
    return None


def _alike(form, company: Company | None) -> list[Company]:
    """Companies this person may belong to: those anybody may see, and suppliers from a list for whom nobody came yet.

    A hint must not tell who else takes part.
    """
    public = Company.objects.approved_suppliers()
    if company:
        return [other for other, _found in companies_alike(company, public)[:3]]
    if "identifier" not in form.errors:
        return []
    country, kind = form.data.get("country", ""), form.data.get("identifier_kind", "")
    try:
        number = check_identifier(country=country, kind=kind, number=form.data.get("identifier", ""))
    except ValidationError:
        return []
    return list(public.filter(country=country, identifier_kind=kind, identifier=number).exclude(identifier="")[:1])


def _answer(request: HttpRequest, questions: QuestionsForm | None) -> bool:
    """Keep the answers to the campaign's own questions, whether or not the company can be submitted."""
    return questions is None or questions.keep(by=request.user)


def _first_guess(request: HttpRequest, side: str) -> dict:
    """Buyers are in China; others most often of the country of their partner's code, their clock, or their browser."""
    if side == "buyer":
        return {"country": "CN", "identifier_kind": "uscc"}
    code = partners.open_code(request.session[KEPT]) if KEPT in request.session else None
    country = code.partner.country if code else ""
    country = country or country_of_zone(request.user.time_zone) or _country_of_browser(request)
    return {"country": country} if country else {}


def _country_of_browser(request: HttpRequest) -> str:
    """The country that the first language of the browser names: BR of pt-BR, TH of th; "" where none is clear."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    parts = first.replace("_", "-").split("-")
    region = parts[-1].upper() if len(parts) > 1 else COUNTRY_OF_LANGUAGE.get(parts[0].lower(), "")
    return region if region in reference.countries() else ""


def _own_contact(user: User) -> dict:
    """Who registers a company is most often its contact."""
    return {"contact_name": user.name, "contact_email": user.email}


def _remember_side(request: HttpRequest, side: str) -> None:
    """For the page that waits for a reading: it leads back to this side's form."""
    if request.session.get(JOINS_AS) != side:
        request.session[JOINS_AS] = side


def _reading_of(request: HttpRequest, company: Company | None) -> Reading | None:
    """What was read for this company: named by the address, or confirmed in an earlier step."""
    named = reading_in(request, Reading.Kind.COMPANY)
    if named or company is None:
        return named
    return Reading.objects.visible_to(request.user).filter(company=company, kind=Reading.Kind.COMPANY).first()


def _fill_in_read(initial: dict, reading: Reading, step: int) -> list[str]:
    """Put what was read into the fields that are empty or only guessed; the names of those."""
    guessed = () if reading.confirmed_at else ("country",)
    read = [name for name in FORMS[step].base_fields if name in reading.fields]
    names = [name for name in read if not initial.get(name) or name in guessed]
    initial |= {name: reading.fields[name] for name in names}
    if "about" in names:
        initial["about"] = texts_from(initial["about"], "", language=detect(initial["about"]))
    return names


def _confirm(request: HttpRequest, reading: Reading | None, company: Company) -> None:
    if reading and not reading.confirmed_at:
        keep_picture = "keep_picture" in request.POST and may_keep_picture(reading, request, company)
        confirm_reading(by=request.user, reading=reading, company=company, keep_picture=keep_picture)


def _keep(request: HttpRequest, form, company: Company | None, side: str) -> Company | None:
    """Write the draft; what the verb refuses is shown beside its field."""
    values = {name: value for name, value in form.cleaned_data.items() if name not in ASIDE}
    try:
        if company is None:
            return start_company(by=request.user, side=side, **values)
        return update_company(by=request.user, company=company, **values)
    except (ValidationError, Refused) as problem:
        add_to_form(form, problem)
        return Company.objects.get(pk=company.pk) if company else None


def _submit(request: HttpRequest, form, company: Company) -> bool:
    campaign = request.site_campaign
    if campaign is None:
        form.add_error(None, _("No campaign is open at the moment. Your draft is kept; come back when one opens."))
        return False
    code = form.cleaned_data.get("code")
    try:
        with transaction.atomic():
            if code:
                partners.use_code(by=request.user, company=company, text=code)
            company = submit_company(by=request.user, company=company, campaign=campaign, consent=_consent_of(form))
    except ValidationError as problem:
        _say_what_is_missing(form, problem)
        return False
    except Refused as problem:
        add_to_form(form, problem)
        return False
    transaction.on_commit(start_delivery)
    request.session["company"] = str(company.uid)
    request.session.pop(KEPT, None)
    if company.is_approved:
        messages.success(request, _("%(company)s takes part from now on.") % {"company": company.display_name})
        return True
    messages.success(
        request,
        _("%(company)s is with the campaign's team. You hear from us as soon as they have decided.")
        % {"company": company.display_name},
    )
    return True


def _consent_of(form) -> str:
    """The words beside the box that was ticked."""
    field = form.fields["consent"]
    return f"{field.label} {field.help_text}"


def _say_what_is_missing(form, problem: ValidationError) -> None:
    """Fields of the earlier steps are named with their step; those of this one are marked."""
    taken = [error for error in problem.error_dict.get("identifier", []) if error.code == NUMBER_TAKEN]
    if taken:
        add_to_form(form, ValidationError({"identifier": taken}))
        return
    for step, label in ((1, _("Company")), (2, _("Contact"))):
        fields = FORMS[step].base_fields
        named = [str(fields[name].label) for name in problem.error_dict if name in fields]
        if named:
            sentence = _("Still missing under “%(step)s”: %(fields)s.")
            form.add_error(None, sentence % {"step": label, "fields": format_list(named)})
    earlier = {*FORMS[1].base_fields, *FORMS[2].base_fields}
    here = {name: errors for name, errors in problem.error_dict.items() if name not in earlier}
    if here:
        add_to_form(form, ValidationError(here))


def _steps(side: str, step: int) -> list[dict]:
    labels = (_("Company"), _("Contact"), _("About and submit"))
    return [
        {
            "label": label,
            "state": "done" if number < step else "current" if number == step else "todo",
            "url": reverse("join_step", args=[side, number]),
        }
        for number, label in enumerate(labels, 1)
    ]


def _review(company: Company, side: str) -> list[dict]:
    """What the first two steps hold, with the way back to each."""
    kind = company.get_identifier_kind_display() if company.identifier else ""
    names = [
        {"label": _("Legal name"), "value": company.legal_name, "lang": ""},
        {"label": _("In Latin letters"), "value": company.name_latin},
        {"label": _("In Chinese"), "value": company.name_zh, "lang": "zh-Hans"},
        {"label": _("Country or region"), "value": company.country_name},
        {"label": kind, "value": company.identifier},
    ]
    spoken = [reference.name(reference.languages().get(code), code) for code in company.languages]
    contact = [
        {"label": _("City"), "value": company.city},
        {"label": _("Street and number"), "value": company.address},
        {"label": _("Website"), "value": company.website},
        {"label": _("Contact person"), "value": company.contact_name},
        {"label": _("Email"), "value": company.contact_email},
        {"label": _("Telephone"), "value": company.contact_phone},
        {"label": _("WeChat ID"), "value": company.contact_wechat},
        {"label": _("Languages"), "value": format_list(spoken)},
    ]
    return [
        {"title": _("Company"), "facts": names, "url": reverse("join_step", args=[side, 1])},
        {"title": _("Contact"), "facts": contact, "url": reverse("join_step", args=[side, 2])},
    ]


@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """The right desk for this person: the team's, her company's, a partner's, the administration; or joining."""
    if request.session.get("company") is None and (campaign := _team_campaign(request)):
        return redirect(link_to(request, campaign, "console_home"))
    company = current_company(request)
    if company is not None:
        home = "supplier_home" if company.is_supplier else "buyer_home"
        campaign = _campaign_of(request, company)
        return redirect(link_to(request, campaign, home) if campaign else home)
    partner = Partner.objects.open().of(request.user).first()
    if partner is not None:
        return redirect("partner_home", partner.uid)
    return redirect("console_site" if request.user.is_staff else "join")


def _team_campaign(request: HttpRequest) -> Campaign | None:
    """Of a member of teams: the campaign that the address names, else the one she worked in last."""
    if request.campaign_is_addressed:  # type: ignore[attr-defined]  # set by the middleware
        return working_campaign(request)
    return last_campaign(request)


def _campaign_of(request: HttpRequest, company: Company) -> Campaign | None:
    """Where the people of a company work: here where it takes part here, else in its newest campaign that is public."""
    campaigns = Campaign.objects.shown().filter(participations__company=company)
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    if here is None or campaigns.filter(pk=here.pk).exists():
        return None
    return campaigns.order_by("-starts_on", "-pk").first()


@signed_in
@require_safe
def take_place(request: HttpRequest) -> HttpResponse:
    """Where the letter of the campaign's team leads; anyone who has confirmed the address it went to joins here."""
    team.take_places(by=request.user)
    campaign = _team_campaign(request)
    if campaign is None:
        raise Http404
    return redirect(link_to(request, campaign, "console_home"))


@signed_in
@require_POST
def choose_company(request: HttpRequest) -> HttpResponse:
    """Work for another of one's companies from here on."""
    try:
        company = get_object_or_404(Company.objects.of(request.user), uid=request.POST.get("company", ""))
    except ValidationError:  # not a UUID
        raise Http404 from None
    request.session["company"] = str(company.uid)
    return redirect("desk")
