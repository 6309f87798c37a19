"""Who belongs to a company, and the ways in and out: invitations, requests, roles, handing over, leaving."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import CompanyInvitation
from matchmaker.companies import claims, invitations, members
from matchmaker.companies.models import Claim, Company, Invitation, JoinRequest, Membership, RequestStatus
from matchmaker.companies.tasks import start_invitations
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import company_admin, everyone, member, signed_in
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import add_to_form, add_to_messages, refusals_in_messages
from matchmaker.web.rendering.audit_log import page_of
from matchmaker.web.rendering.notice_claims import describe_result


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        max_length=254,
        help_text=gettext_lazy("The invitation works for this address only, once, for seven days."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER,
        help_text=gettext_lazy(
            "Administrators may invite, remove, publish and change what the company says of itself."
        ),
    )


class KnockForm(forms.Form):
    message = forms.CharField(
        label=gettext_lazy("A sentence to the company’s administrators"),
        max_length=500,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ClaimForm(forms.Form):
    evidence = forms.CharField(
        label=gettext_lazy("How can the team see that it is yours?"),
        max_length=2000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "Such as: your position, the number in the register, whom we can call under a public number."
        ),
    )


@signed_in
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    """One's own companies, and what waits for one's answer."""
    mine = Membership.objects.filter(user=request.user).select_related("company")
    requests = JoinRequest.objects.filter(user=request.user, status=RequestStatus.OPEN).select_related("company")
    claimed = Claim.objects.filter(user=request.user, status=RequestStatus.OPEN).select_related("company")
    context = {
        "mine": mine,
        "asked": requests,
        "claimed": claimed,
        "invitations": invitations.waiting_for(request.user),
    }
    return render(request, "public/members/companies.html", context)


def _count_network(request: HttpRequest) -> None:
    """Many accounts of one network invite no more than a few would (X3)."""
    if not ratelimit.consume(request, action="invite_network", key=get_adapter().network_of(request)):
        raise Refused(
            "too_many_invitations",
            _("Too many people were invited from your network. Please continue tomorrow."),
            field="email",
            status=429,
        )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid) -> HttpResponse:
    """The people of the company; administrators invite here."""
    company, is_admin = request.company, request.membership.role == Membership.Role.ADMIN
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _count_network(request)
            invitation = invitations.invite(by=request.user, company=company, **form.cleaned_data)
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem)
        else:
            transaction.on_commit(start_invitations)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Invited: %(email)s.") % {"email": form.cleaned_data["email"]})
            if invitation.not_before > timezone.now():
                messages.info(request, _("Your account is new, so the email leaves in about half an hour."))
            return redirect("members", uid)
    context = {
        "company": company,
        "is_admin": is_admin,
        "own": request.membership,
        "form": form,
        "people": company.memberships.select_related("user").order_by("role", "id"),
        "invited": Invitation.objects.open().filter(company=company) if is_admin else [],
        "claims": company.claims.filter(status=RequestStatus.OPEN).select_related("user") if is_admin else [],
        "enrolments": company.enrolments.select_related("partner", "vouched_by"),
        "asking": company.join_requests.filter(status=RequestStatus.OPEN).select_related("user") if is_admin else [],
    }
    return render(request, "public/members/members.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, uid, verb, sentence: str, /, **what) -> HttpResponse:
    with refusals_in_messages(request):
        verb(by=request.user, **what)
        transaction.on_commit(start_delivery)
        messages.success(request, sentence)
    return redirect("members", uid)


def _person(request: HttpRequest, person) -> Membership:
    return get_object_or_404(request.company.memberships.select_related("company", "user"), user__uid=person)


@member
@require_POST
def change_role(request: HttpRequest, uid, person) -> HttpResponse:
    role = request.POST.get("role", "")
    return _do(request, uid, members.change_role, _("Saved."), membership=_person(request, person), role=role)


@member
@require_POST
def remove(request: HttpRequest, uid, person) -> HttpResponse:
    membership = _person(request, person)
    sentence = _("%(person)s no longer belongs to the company.") % {"person": membership.user}
    return _do(request, uid, members.remove_member, sentence, membership=membership)


@member
@require_POST
def hand_over(request: HttpRequest, uid, person) -> HttpResponse:
    membership = _person(request, person)
    sentence = _("%(person)s administers the company from now on.") % {"person": membership.user}
    return _do(request, uid, members.hand_over, sentence, membership=membership)


@member
@require_POST
def withdraw_invitation(request: HttpRequest, uid, key) -> HttpResponse:
    invitation = get_object_or_404(request.company.invitations, pk=key)
    return _do(request, uid, invitations.withdraw, _("The invitation is withdrawn."), invitation=invitation)


@member
@require_POST
def answer(request: HttpRequest, uid, key) -> HttpResponse:
    join_request = get_object_or_404(request.company.join_requests.select_related("company", "user"), uid=key)
    accept = request.POST.get("answer") == "yes"
    sentence = _("%(person)s was let in.") if accept else _("%(person)s was not let in.")
    return _do(
        request,
        uid,
        members.answer_join_request,
        sentence % {"person": join_request.user},
        request=join_request,
        accept=accept,
    )


@member
@require_POST
def leave(request: HttpRequest, uid) -> HttpResponse:
    try:
        members.leave_company(by=request.user, company=request.company)
    except Refused as problem:
        add_to_messages(request, problem)
        return redirect("members", uid)
    messages.success(request, _("You no longer belong to %(company)s.") % {"company": request.company})
    return redirect("companies")


@company_admin
@require_safe
def history(request: HttpRequest, uid) -> HttpResponse:
    """The audit of the company, with the answer whether its chain holds."""
    context = {"company": request.company, **page_of(request, request.company)}
    return render(request, "public/members/record.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def knock(request: HttpRequest, uid) -> HttpResponse:
    """Ask a company one can see to be let in."""
    company = get_object_or_404(Company.objects.claimable_by(request.user), uid=uid)
    form = KnockForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            members.ask_to_join(by=request.user, company=company, message=form.cleaned_data["message"])
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem)
        else:
            transaction.on_commit(start_delivery)
            messages.success(request, _("The administrators of %(company)s have been asked.") % {"company": company})
            return redirect("companies")
    context = {"company": company, "form": form}
    return render(request, "public/members/knock.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def knock_by_number(request: HttpRequest) -> HttpResponse:
    """Ask the administrators of the company with this number; the person does not learn which company it is."""
    given = {name: request.POST.get(name, "").replace("\x00", "")[:40] for name in ("country", "kind", "number")}
    with refusals_in_messages(request):
        members.ask_to_join_by_number(by=request.user, **given)
        transaction.on_commit(start_delivery)
        sentence = _("If a company has this number here, its administrators have been asked to let you in.")
        messages.success(request, sentence)
        return redirect("companies")
    return redirect("join")


@signed_in
@require_POST
def withdraw_knock(request: HttpRequest, key) -> HttpResponse:
    join_request = get_object_or_404(JoinRequest, uid=key, user=request.user)
    members.withdraw_join_request(by=request.user, request=join_request)
    messages.success(request, _("Your request is withdrawn."))
    return redirect("companies")


@signed_in
@require_POST
def accept_here(request: HttpRequest, key) -> HttpResponse:
    """Accept from the list of one's own invitations: no letter needed, the verified address is the proof."""
    mine = {invitation.pk: invitation for invitation in invitations.waiting_for(request.user)}
    if key not in mine:
        raise Http404
    return _accept(request, mine[key])


@everyone
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where a letter leads: GET changes nothing, so that a link scanner can't accept."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    is_open = Invitation.objects.open().filter(pk=found.pk).exists()
    if request.method == "POST" and request.user.is_authenticated:
        return _accept(request, found)
    if request.method == "POST" and is_open:
        return _go_on(request, found)
    context = {"invitation": found, "is_open": is_open, "of_campaign": _of_campaign(found), "token": token}
    return render(request, "public/members/invitation.html", context, status=200 if is_open else 410)


def _of_campaign(found: Invitation) -> CompanyInvitation | None:
    return CompanyInvitation.objects.filter(invitation=found).select_related("campaign").first()


def _go_on(request: HttpRequest, found: Invitation) -> HttpResponse:
    """To an account and from there back; the letter is answered by a person, which a scanner does not do."""
    invitations.follow(found)
    query = {"next": request.path}
    if request.POST.get("to") == "sign-in":
        return redirect(f"{reverse('account_login')}?{urlencode(query)}")
    return redirect(f"{reverse('account_signup')}?{urlencode({**query, 'email': found.email})}")


@everyone
@csrf_exempt  # RFC 8058: the mail program posts without a cookie; the signed token is the right to act
@require_http_methods(["GET", "HEAD", "POST"])
def refuse_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Do not write to this address again: GET shows what would stop, POST stops it, as often as it is sent."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            invitations.refuse(found)
        except Refused as problem:
            refused = problem.message
    context = {"invitation": found, "done": request.method == "POST" and not refused, "refused": refused}
    return render(request, "public/members/invitation_refuse.html", context, status=410 if refused else 200)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    try:
        invitations.accept(by=request.user, invitation=found)
    except Refused as refusal:
        if refusal.code == invitations.OTHER_ADDRESS:
            invitations.tell_of_misuse(by=request.user, invitation=found)
        context = {"invitation": found, "refused": refusal.message, "of_campaign": _of_campaign(found)}
        return render(request, "public/members/invitation.html", context, status=refusal.status)
    transaction.on_commit(start_delivery)
    request.session["company"] = str(found.company.uid)
    messages.success(request, _("You belong to %(company)s now.") % {"company": found.company})
    return redirect("desk")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, uid) -> HttpResponse:
    """Say that a registered company is one's own."""
    company = get_object_or_404(Company.objects.claimable_by(request.user), uid=uid)
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = claims.claim_company(by=request.user, company=company, evidence=form.cleaned_data["evidence"])
        except (ValidationError, Refused) as problem:
            add_to_form(form, problem)
        else:
            transaction.on_commit(start_delivery)
            if row.status == RequestStatus.ACCEPTED:
                request.session["company"] = str(company.uid)
                messages.success(request, _("You belong to %(company)s now.") % {"company": company})
                return redirect("desk")
            waits, notice_sentence = _("Your claim is with the campaign's team."), _("The company has been notified.")
            messages.success(
                request, describe_result(waits, notice_sentence, kind="company_claimed", companies=[company])
            )
            return redirect("companies")
    context = {"company": company, "form": form, "proof": claims.proof_of(request.user, company)}
    context["has_people"] = company.memberships.exists()
    return render(request, "public/members/claim.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def withdraw_claim(request: HttpRequest, key) -> HttpResponse:
    claims.withdraw_claim(by=request.user, claim=get_object_or_404(Claim, uid=key, user=request.user))
    messages.success(request, _("Your claim is withdrawn."))
    return redirect("companies")


@member
@require_POST
def object_to_claim(request: HttpRequest, uid, key) -> HttpResponse:
    found = get_object_or_404(request.company.claims.select_related("company"), uid=key)
    with refusals_in_messages(request):
        claims.object_to_claim(by=request.user, claim=found, reason=text_beside(request, "reason"))
        transaction.on_commit(start_delivery)
        messages.success(request, _("The campaign's team sees your objection; the claim cannot be agreed to."))
    return redirect("members", uid)
