"""Who may speak for whom: a second step, a colleague, a rightful owner, evidence, and a country partner's desk."""

import datetime as dt
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Enrolment, Organiser, Partner
from matchmaker.companies.models import Check, Claim, Company, Document, Membership
from tests import factories
from tests.files import PDF
from tests.journeys.conftest import body_of, mails_to, wait_for

pytestmark = [
    pytest.mark.journey,
    pytest.mark.worker,
    pytest.mark.own_settings(MFA_REQUIRED="true"),
    pytest.mark.slow,
]
PASSWORD = "a long enough secret"


class Phone:
    """An authenticator app: it shows a code, and never the same one twice."""

    def __init__(self, secret: str):
        self.secret, self.last = secret, 0

    def code(self) -> str:
        step = wait_for(lambda: self._newer(), 40, "thirty seconds never passed")[0]
        self.last = step
        return totp.format_hotp_value(totp.hotp_value(self.secret, step))

    def _newer(self) -> int:
        now = int(time.time()) // 30
        return now if now > self.last else 0


def set_up_second_step(person) -> Phone:
    """From the page she was sent to, through the app, to her recovery codes."""
    person.page.wait_for_url("**/accounts/2fa/**")
    person.page.locator("main a[href$='/2fa/totp/activate/']").first.click()
    if "/reauthenticate/" in person.page.url:
        person.fill(password=PASSWORD)
        person.submit("main form button[type=submit]")
    phone = Phone(person.page.locator("#authenticator_secret").input_value())
    person.fill(code=phone.code())
    person.submit("main form[action$='/totp/activate/'] button[type=submit]")
    assert person.page.url.endswith("/2fa/recovery-codes/")
    assert len(re.findall(r"\b[0-9a-f]{4,}\b", person.text())) >= 10 or person.page.locator("textarea").count() == 1
    return phone


class Computer:
    """A browser with a key of its own (WebAuthn), which its owner unlocks by a touch."""

    def __init__(self, person):
        self.devtools = person.context.new_cdp_session(person.page)
        self.devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        self.name = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def keys(self) -> list:
        return self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.name})["credentials"]


def add_key(person, name: str, *, passwordless: bool) -> None:
    person.go("/accounts/2fa/webauthn/add/")
    if "/reauthenticate/" in person.page.url:
        person.page.locator("main [name=password], main [name=code]").first.fill(PASSWORD)
        person.submit("main form button[type=submit]")
    person.fill(name=name)
    person.page.locator("main [name=passwordless]").set_checked(passwordless)
    with person.page.expect_navigation():
        person.page.locator("#mfa_webauthn_add").click()


def sign_in_with_code(person, address: str, phone: Phone) -> None:
    person.sign_in(address, PASSWORD)
    person.fill(code=phone.code())
    person.submit("main form button[type=submit]")


def in_chinese(person):
    """By the switch at the top, as anybody would."""
    with person.page.expect_navigation():
        person.page.locator(".lang-menu > summary").first.click()
        person.page.locator(".lang-switch button[value='zh-hans']").first.click()
    assert person.page.locator("html").get_attribute("lang").lower() == "zh-hans"


@pytest.fixture
def campaign(settings, transactional_db):
    settings.MFA_REQUIRED = True
    return factories.campaign()


@pytest.fixture
def mill(campaign):
    owner = factories.user(PASSWORD, name="Ploy Srisuk", email="ploy@mill.example")
    row = factories.supplier(owner, legal_name="Surin Rice Mill Co., Ltd.", website="https://mill.example")
    row.participations.create(campaign=campaign, side="supplier")
    return row


def of_the_team(campaign, name: str):
    fields = {"name": name, "email": f"{name}@fair.example", "password": PASSWORD}
    return factories.organiser(campaign, Organiser.Role.ADMIN, **fields)


def test_second_step_passkey_and_an_invited_colleague(site, mill):
    ploy = site()
    ploy.sign_in("ploy@mill.example", PASSWORD)
    ploy.go(f"/companies/{mill.uid}/members/")
    phone = set_up_second_step(ploy)

    # Her computer's own key: made once, then she signs in with nothing else.
    computer = Computer(ploy)
    add_key(ploy, "Office laptop", passwordless=True)
    assert len(computer.keys()) == 1
    ploy.go("/accounts/logout/")
    ploy.submit("main form button[type=submit]")
    ploy.go("/accounts/login/")
    ploy.page.locator("#passkey_login").click()
    ploy.page.wait_for_url("**/supplier/**")
    assert phone.last > 0

    # She invites a colleague; the letter's address lets him in, and only with his own address.
    ploy.go(f"/companies/{mill.uid}/members/")
    ploy.fill(email="somchai@mill.example")
    ploy.submit("aside form button.btn-primary[type=submit]")
    letters, _seconds = wait_for(lambda: mails_to("somchai@mill.example"), 90, "no invitation came")
    address = re.search(r"(/invitations/\S+)", body_of(letters[0]))[1]
    somchai = site()
    somchai.sign_up("Somchai Dee", "somchai@mill.example")
    somchai.go(address)
    somchai.submit("main form button.btn-primary[type=submit]")
    assert Membership.objects.get(user__email="somchai@mill.example").role == "member"
    ploy.go(f"/companies/{mill.uid}/members/")
    assert "Somchai Dee" in ploy.text()


def test_a_key_alone_is_a_second_step_and_the_password_alone_opens_nothing_then(site, mill):
    ploy = site("zh")
    ploy.sign_in("ploy@mill.example", PASSWORD)
    ploy.go(f"/companies/{mill.uid}/members/")
    ploy.page.wait_for_url("**/accounts/2fa/**")  # no second step yet: nothing of the company opens
    computer = Computer(ploy)
    add_key(ploy, "办公室电脑", passwordless=False)
    ploy.go(f"/companies/{mill.uid}/members/")
    assert ploy.page.url.endswith("/members/")
    ploy.go("/accounts/logout/")
    ploy.submit("main form button[type=submit]")

    # The password alone leads to the question for the key, and no further.
    ploy.sign_in("ploy@mill.example", PASSWORD)
    assert ploy.page.url.endswith("/accounts/2fa/authenticate/")
    ploy.go("/supplier/")
    assert ploy.page.url.endswith("/accounts/2fa/authenticate/")
    with ploy.page.expect_navigation(url="**/supplier/**"):
        ploy.page.locator("#mfa_webauthn_authenticate").click()
    assert computer.keys()[0]["signCount"] > 1
    used = Authenticator.objects.get(user__email="ploy@mill.example", type="webauthn")
    assert used.last_used_at is not None
    # Another computer has no key: its password is worth nothing.
    other = site()
    Computer(other)
    other.sign_in("ploy@mill.example", PASSWORD)
    other.page.locator("#mfa_webauthn_authenticate").click()
    other.page.wait_for_timeout(1500)
    assert other.page.url.endswith("/accounts/2fa/authenticate/")
    other.complaints.clear()  # the browser says that it holds no key


def test_a_claim_decided_by_two_and_evidence_shown_with_its_date_and_end(site, campaign, mill):
    min_, ploy, anna, bo = site("zh"), site(), site(), site()
    first, second = of_the_team(campaign, "anna"), of_the_team(campaign, "bo")

    # He says the mill is his, in Chinese; nothing changes yet, and the mill hears of it.
    min_.sign_up("陈敏", "chen@mill.example")
    min_.go(f"/companies/{mill.uid}/claim/")
    in_chinese(min_)
    min_.fill(evidence="我是该公司的法定代表人，附工商登记资料。")
    min_.submit()
    assert not Membership.objects.filter(user__email="chen@mill.example").exists()
    ploy.sign_in("ploy@mill.example", PASSWORD)
    ploy.go(f"/companies/{mill.uid}/members/")
    set_up_second_step(ploy)
    ploy.go(f"/companies/{mill.uid}/members/")
    assert "陈敏 claims this company" in ploy.text()

    # She shows a paper; one of the team reads it and writes down what it shows, until when.
    ploy.go(f"/companies/{mill.uid}/documents/")
    ploy.choose(kind="register")
    paper = {"name": "register.pdf", "mimeType": "application/pdf", "buffer": PDF}
    ploy.page.locator("main [name=paper]").set_input_files(paper)
    ploy.submit()
    assert "waits for the team" in ploy.text()
    anna.sign_in(first.email, PASSWORD)
    anna.go("/console/")
    set_up_second_step(anna)
    anna.go(f"/console/companies/{mill.uid}/")
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name="register.pdf").click()
    assert download.value.suggested_filename == "register.pdf"
    end = timezone.localdate() + dt.timedelta(days=200)
    anna.choose(level="1", document=str(Document.objects.get().uid))
    anna.fill(evidence="Extract of the register, same name and number.", expires_on=end.isoformat())
    anna.submit("form[action$='/verify/'] button[type=submit]")
    assert Check.objects.get().document.state == "seen"
    assert AuditEntry.objects.filter(verb="read_document", actor=first).count() == 1
    ploy.go(f"/suppliers/{mill.uid}/")
    shown = ploy.text()
    assert "Document seen" in shown or "document seen" in shown
    assert f"counts until {end.day} " in shown.replace("\xa0", " ") or str(end.year) in shown
    in_chinese(ploy)
    assert "材料" in ploy.text() or "文件" in ploy.text()

    # The week passes without an objection; one yes is not enough, the second person's lets him in.
    Claim.objects.update(objection_until=timezone.now() - dt.timedelta(seconds=1))
    anna.go(f"/console/companies/{mill.uid}/")
    anna.submit("form[action*='/claims/'] button[value=yes]")
    assert not Membership.objects.filter(user__email="chen@mill.example").exists()
    bo.sign_in(second.email, PASSWORD)
    bo.go("/console/")
    set_up_second_step(bo)
    bo.go(f"/console/companies/{mill.uid}/")
    bo.submit("form[action*='/claims/'] button[value=yes]")
    assert Membership.objects.get(user__email="chen@mill.example").role == "admin"


def test_a_country_partners_desk_enrols_and_vouches(site, campaign):
    team, malee = site(), site()
    admin = of_the_team(campaign, "anna")
    factories.user(PASSWORD, name="Malee Trade", email="malee@chamber.example")
    team.sign_in(admin.email, PASSWORD)
    team.go("/console/")
    set_up_second_step(team)
    team.go("/console/partners/new/")
    team.fill(name_en="Thai Rice Exporters Association", quota="5")
    team.page.locator("main [name=is_trusted]").check()
    team.submit()
    partner = Partner.objects.get()
    team.go(f"/console/partners/{partner.uid}/")
    team.page.locator("form[action$='/seats/'] [name=email]").fill("malee@chamber.example")
    team.submit("form[action$='/seats/'] button[type=submit]")

    # The desk asks for a second step like every desk that answers for others.
    malee.sign_in("malee@chamber.example", PASSWORD)
    malee.go("/partner/")
    set_up_second_step(malee)
    malee.go(f"/partner/{partner.uid}/enrol/")
    malee.page.locator("main [name=side][value=supplier]").check()
    malee.fill(legal_name="ข้าวหอมสุรินทร์", name_latin="Hom Surin Rice", city="Surin", contact_name="Noi Jaidee")
    malee.fill(contact_email="noi@homsurin.example")
    malee.choose(country="TH")
    malee.submit()
    company = Company.objects.get(name_latin="Hom Surin Rice")
    letters, _seconds = wait_for(lambda: mails_to("noi@homsurin.example"), 90, "no letter went to the company")
    assert "/invitations/" in body_of(letters[0])
    enrolment = Enrolment.objects.get(company=company)
    malee.go(f"/partner/{partner.uid}/companies/{enrolment.uid}/")
    malee.fill(vouch="Our member since 2014; we have visited its mill.")
    malee.submit("form[action$='/vouch/'] button[type=submit]")
    assert "we have visited its mill" in malee.text()
    in_chinese(malee)
    assert "泰" in malee.text() or "推荐" in malee.text()
    enrolment.refresh_from_db()
    assert (enrolment.vouch[:10], company.members.count()) == ("Our member", 0)
