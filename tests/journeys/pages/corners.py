"""Pages that few people see and nobody should see ugly: what went wrong, papers, second steps, half-way states."""

import time
from types import SimpleNamespace

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.shortcuts import render
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from matchmaker import urls
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, ProductCertificate
from matchmaker.companies.domains import ask_proof
from matchmaker.companies.models import Document, Membership
from matchmaker.companies.privacy import what_stays
from matchmaker.companies.services import start_company
from matchmaker.events.services import add_interpreter, invite_interpreter
from matchmaker.imports.models import Feed
from matchmaker.market_access.models import AccessNotice, EntryQuestion, EntryRule
from matchmaker.notifications import unsubscribing
from matchmaker.reporting.models import Survey
from matchmaker.running import sample
from matchmaker.web.access.decorators import everyone
from matchmaker.web.console.events.today import mend
from tests import factories
from tests.files import paper

PASSWORD = "a long enough secret"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
TELEPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)
# What no link leads to, by the status it comes with.
WRONG = {"403_csrf": 403, "409": 409, "413": 413, "429": 429, "500": 500, "503": 503, "507": 507}


@everyone
def shown_as(request, name):
    """A page that only something gone wrong brings, rendered as it would be."""
    if name == "erased":
        stays = what_stays(User.objects.get(email=sample.ORGANISER))
        return render(request, "public/account/erased.html", {"stays": stays})
    return render(request, f"{name}.html", status=WRONG[name])


@everyone
def mend_preview(request):
    """The page that a form on "The day" leads to: what would change if these companies do not come."""
    request.method, request.POST = "POST", request.GET
    return mend(request, request.GET["event"])


urlpatterns = [path("corner/mend/", mend_preview), path("corner/<slug:name>/", shown_as), *urls.urlpatterns]
handler400 = "matchmaker.web.rendering.error_pages.not_understood"


class Corners:
    """Adds to a loaded site whom and what these pages need."""

    def __init__(self, site) -> None:
        self.site, self.seller = site, site.seller
        people, by = site.people, site.people["supplier"]
        Survey.objects.create(event=site.event, company=self.seller, person=by, sent_at=timezone.now())
        people["colleague"] = factories.user(name="Wanjiru Kariuki")
        Membership.objects.create(company=self.seller, user=people["colleague"])
        people["secured"] = factories.user(name="Jonas Brandt", email="jonas@brandt.example", password=PASSWORD)
        people["joining"] = factories.user(name="Leilani Kealoha")
        people["waiting"] = factories.member_of(
            factories.supplier(factories.user(name="Kofi Mensah"), status="pending", legal_name="Volta Cocoa Ltd")
        )
        people["halfway"] = factories.user(name="Ilse Brandt", email="ilse@brandt.example", password=PASSWORD)
        for role in ("secured", "halfway"):
            TOTP.activate(people[role], generate_totp_secret())
        RecoveryCodes.activate(people["secured"])
        key = {"name": "Laptop", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
        self.key = Authenticator.objects.create(user=people["secured"], type="webauthn", data=key)
        start_company(
            by=people["joining"], side="supplier", legal_name="Kona Coffee Growers", country="US",
            city="Kailua-Kona", contact_name="Leilani Kealoha", contact_email="leilani@kona.example",
        )  # fmt: skip
        self.proof = ask_proof(by=by, company=self.seller, method="mail")
        ask_proof(by=by, company=self.seller, method="dns")
        for place, state in enumerate(("quarantined", "seen", "refused")):
            Document.objects.create(
                company=self.seller, kind="register", state=state, name=f"register-{place}.pdf", suffix=".pdf",
                content_type="application/pdf", size=204_800, sha256=str(place), uploaded_by=by, file=paper(),
                refusal="The second page is missing." if state == "refused" else "",
            )  # fmt: skip
        unproved = EmailAddress.objects.create(user=people["joining"], email="office@kauri-honey.example")
        self.confirmation = EmailConfirmationHMAC.create(unproved).key
        self.admission = EntryRule.objects.filter(evidence=EntryRule.Evidence.ACCESS).first().code
        self.quote = site.enquiry.quotes.first()
        self.asked = site.enquiry.messages.filter(side="buyer").first()
        self._later()

    def _later(self) -> None:
        """A certificate, a feed of demands, an interpreter, an admission."""
        site, product = self.site, self.site.mutual.product
        held = ProductCertificate.objects.filter(product__company=self.seller).first()
        self.held = held or ProductCertificate.objects.create(product=product, code="HACCP")
        self.feed = Feed.objects.create(
            company=site.wanter, by=site.people["buyer"], name="采购系统", url="https://erp.example/demands.json",
            next_at=timezone.now(),
        )  # fmt: skip
        self.interpreter = add_interpreter(by=site.organiser, event=site.event, name="李蕾", languages=["zh", "en"])
        invite_interpreter(by=site.organiser, interpreter=self.interpreter, email="li@example.org", language="zh-hans")
        self.notice = AccessNotice.objects.filter(rule_code=self.admission).first()
        shown = Demand.objects.filter(visibility="public", status="published").first()
        shown.lines.update(capacity_wanted=500, capacity_period="month")

    @staticmethod
    def remember(person, key: str) -> None:
        """The session stands on her page of sessions, beside one on a telephone."""
        rows = {"ip": "203.0.113.7", "user_agent": FIREFOX}
        UserSession.objects.get_or_create(session_key=key, defaults=rows | {"user": person})
        if not UserSession.objects.filter(user=person, user_agent=TELEPHONE).exists():
            other = Client()
            other.force_login(person)
            key = other.cookies[settings.SESSION_COOKIE_NAME].value
            UserSession.objects.create(user=person, session_key=key, ip="198.51.100.4", user_agent=TELEPHONE)

    def session(self, role: str) -> str:
        """Of somebody who has just shown who she is; of `halfway`, who has not given the second step yet."""
        client = Client()
        if role == "halfway":
            person = self.site.people[role]
            person.set_password(PASSWORD)  # tests hash quickly, and the site was loaded before they did
            person.save(update_fields=["password"])
            answer = client.post(reverse("account_login"), {"login": "ilse@brandt.example", "password": PASSWORD})
            assert answer.url.startswith(reverse("mfa_authenticate"))
        else:
            client.force_login(self.site.people[role])
            session = client.session
            session["account_authentication_methods_user"] = str(self.site.people[role].pk)
            shown = {"method": "password", "at": time.time(), "reauthenticated": True}
            session["account_authentication_methods"] = [shown]
            session.save()
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    def pages(self) -> list[SimpleNamespace]:
        """Role, name, path and the status it answers with."""
        site, uid, rules = self.site, self.seller.uid, "/console/rules"
        second, product = "/accounts/2fa", site.mutual.product.uid
        stop = reverse("unsubscribe", args=[unsubscribing.address(site.people["supplier"], "match").rsplit("/", 2)[1]])
        by_role = {
            "anonymous": {
                "interpreter-timetable": f"/meetings/interpreter/{self.interpreter.secret}/",
                "unsubscribe": stop, "inactive": "/accounts/inactive/",
                "reset-bad": "/accounts/password/reset/key/x-y/", "reset-done": "/accounts/password/reset/key/done/",
                "confirm-address": reverse("account_confirm_email", args=[self.confirmation]),
                "sign-in-cancelled": "/accounts/3rdparty/login/cancelled/",
                "sign-in-provider": "/accounts/oidc/oidc/login/",
            },
            "supplier": {
                "documents": f"/companies/{uid}/documents/", "domain-letter": f"/domain-proofs/{self.proof.token}/",
                "product-history": f"/supplier/products/{product}/history/",
                "certificate": f"/supplier/products/{self.held.product.uid}/certificates/{self.held.code}/",
                "message-report": f"/enquiries/message/{self.asked.uid}/report/",
                "survey": f"/meetings/{site.event.slug}/survey/",
            },
            "buyer": {
                "quote-answer": f"/enquiries/quote/{self.quote.uid}/answer/",
                "demand-history": f"/buyer/demands/{site.mutual.line.demand.uid}/history/",
                "feed-new": "/imports/feeds/new/company/", "feed": f"/imports/feeds/{self.feed.uid}/",
            },
            "joining": {"join-2": "/join/supplier/2/", "join-3": "/join/supplier/3/", "join-home": "/supplier/"},
            "waiting": {"waiting-home": "/supplier/", "waiting-company": "/supplier/company/"},
            "newcomer": {"second-step-new": f"{second}/totp/activate/", "new-passkey": f"{second}/webauthn/add/"},
            "secured": {
                "second-steps": f"{second}/", "second-step-off": f"{second}/totp/deactivate/",
                "recovery-codes": f"{second}/recovery-codes/", "recovery-new": f"{second}/recovery-codes/generate/",
                "passkeys": f"{second}/webauthn/", "passkey-edit": f"{second}/webauthn/keys/{self.key.pk}/edit/",
                "passkey-remove": f"{second}/webauthn/keys/{self.key.pk}/remove/",
                "again-code": f"{second}/reauthenticate/", "again-password": "/accounts/reauthenticate/",
                "sign-ins": "/accounts/3rdparty/",
            },
            "halfway": {"second-step": f"{second}/authenticate/"},
            "organiser": {
                "console-team": "/console/team/", "console-record": "/console/record/",
                "console-certificates": "/console/certificates/",
                "console-entry-questions": f"{rules}/questions/",
                "console-entry-question": f"{rules}/questions/{EntryQuestion.objects.first().code}/",
                "console-admissions": f"{rules}/{self.admission}/admissions/",
                "console-admission": f"{rules}/admissions/{self.notice.pk}/",
                "console-interpreter": f"/console/events/{site.event.slug}/interpreters/{self.interpreter.uid}/",
                "console-rule-new": f"{rules}/GACC-FOOD-280/next/",
                "console-agreement-new": f"{rules}/agreements/new/",
                "console-admission-new": f"{rules}/{self.admission}/admissions/new/",
            },
        }  # fmt: skip
        found = [
            SimpleNamespace(role=role, name=name, path=path, status=200)
            for role, paths in by_role.items()
            for name, path in paths.items()
        ]
        wrong = [("not-found", "anonymous", "/no-such-page/", 404), ("erased", "anonymous", "/corner/erased/", 200)]
        wrong += [("sign-in-failed", "anonymous", "/accounts/3rdparty/login/error/", 401)]
        wrong += [("not-allowed", "colleague", f"/companies/{uid}/documents/", 403)]
        wrong += [("acting-closed", "acting", "/console/", 403)]
        wrong += [(f"wrong-{name}", "anonymous", f"/corner/{name}/", status) for name, status in WRONG.items()]
        return found + [
            SimpleNamespace(name=name, role=role, path=path, status=status) for name, role, path, status in wrong
        ]
