"""A messy sheet of 200 companies, from the file to people who administer them; counted at each step."""

import io
import re
from itertools import product

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from matchmaker.accounts import letters as account_letters
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import CompanyInvitation
from matchmaker.campaigns.services import company_invitations
from matchmaker.companies import invitations
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.imports import services
from matchmaker.imports.models import Import
from matchmaker.notifications import bounces
from tests import factories
from tests.campaigns.test_company_invitations import later

pytestmark = pytest.mark.django_db

HEAD = [
    *("No.", "Company name / 公司名称", "国家 Country", "City (城市)", "Website\n网站", "Contact person | 联系人"),
    *("E-mail / 邮箱", "Languages spoken 语言", "What they sell"),
]
# As organisers of many countries write it → the code it means.
COUNTRIES = {
    "Viet Nam": "VN", "Polska": "PL", "Ελλάδα": "GR", "Germany (DE)": "DE", "泰国": "TH", "Brasil": "BR",
    "Iran (Islamic Republic of)": "IR", "Korea, Republic of": "KR", "CÔTE D'IVOIRE": "CI", "TH / Thailand": "TH",
    "Российская Федерация": "RU", "مصر": "EG", "Tanzania, United Republic of": "TZ", "the Netherlands": "NL",
}  # fmt: skip
LANGUAGES = {
    "it / en": "it",
    "ar en": "ar",
    "Thai and English": "th",
    "français, español": "fr",
    "越南文": "vi",
    "": "",
}
_SYLLABLES = (
    ("Bor", "Quil", "Tam", "Zer", "Wex", "Ful"),
    ("anto", "ivek", "osha", "umbi", "eldo", "arqui"),
    ("ra", "tin", "dox", "lup", "gam"),
)
NAMES = ["".join(parts) for parts in product(*_SYLLABLES)]


def sound_rows() -> list[list]:
    countries, languages = list(COUNTRIES), list(LANGUAGES)
    return [
        [
            number + 1,
            f"{name} Foods Ltd",
            countries[number % len(countries)],
            "Old Town",
            f"www.{name.lower()}.example",
            "Ana",
            f"info@{name.lower()}.example" if number % 30 else "",
            languages[number % len(languages)],
            "rice",
        ]
        for number, name in enumerate(NAMES)
    ]


LIKELY = [
    # on the site already
    ["", "VINICOLA AURORA", "Brazil", "", "", "Rui", "rui@aurora-wines.example", "pt", ""],
    ["", "Doi Chang", "Thailand", "", "https://doichang.example/en", "Som", "som@doichang.example", "th", ""],
    # earlier in the file
    ["", "Borantora Foods S.A.", "Viet Nam", "", "", "Ana", "sales@other.example", "", ""],
    ["", "Quite another name", "Poland", "", "https://borantotin.example/pl", "Ana", "ana@borantotin.example", "", ""],
]
THE_SAME = [["", "Borantora Foods Ltd", "Vietnam", "Hanoi", "", "", "", "", ""]]
REFUSED = {
    "Atlantis Fish": (["", "Atlantis Fish", "Atlantis", "", "", "", "", "", ""], "“Atlantis” is no country we know."),
    "Two Lands": (["", "Two Lands", "Germany, Austria", "", "", "", "", "", ""], "“Germany, Austria” is no country"),
    "Long": (["", "Long " * 60, "Peru", "", "", "", "", "", ""], "This has 299 characters; at most 200 fit."),
    "": (["", "", "Peru", "", "", "", "x@y.example", "", ""], "Fill this in."),
    "Total": (["", "Total: 200 companies", "", "", "", "", "", "", ""], "Fill this in."),
}
# A cell that the row can do without stays empty, with the sentence.
LEFT_EMPTY = {
    "Bad Mail": (["", "Bad Mail", "Peru", "", "", "", "nobody at home", "", ""], "Write one email address"),
    "Bad Tongue": (["", "Bad Tongue", "Peru", "", "", "", "", "es / klingon", ""], "No language we know: klingon."),
    "Bad Site": (["", "Bad Site", "Peru", "", "see brochure", "", "", "", ""], "Write one web address"),
}


def sheet() -> bytes:
    book = Workbook()
    page = book.active
    page.title = "Participants"
    page.append(["Participants of the fair 2027, as of November"])
    page.append([])
    for row in [
        HEAD,
        *sound_rows(),
        *LIKELY,
        *THE_SAME,
        *(row for row, _why in [*LEFT_EMPTY.values(), *REFUSED.values()]),
    ]:
        page.append(row)
    book.create_sheet("Notes").append(["Call them before the fair"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def li(campaign):
    return factories.organiser(campaign, name="Li Wei")


@pytest.fixture
def known(campaign):
    fields = {"campaign": campaign, "side": "supplier"}
    for name, country, site in (
        ("Vinícola Aurora Ltda", "BR", ""),
        ("Doi Chang Coffee Co.", "TH", "https://doichang.example"),
    ):
        factories.company(legal_name=name, country=country, website=site, contact_email="").participations.create(
            **fields
        )


@pytest.fixture
def console(client, li):
    client.force_login(li)
    return client


def read(console, content: bytes) -> Import:
    """By the pages: send the file, confirm the columns as they were found, have it checked."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    console.post(reverse("import_new", args=["team", "suppliers"]), {"file": SimpleUploadedFile("fair.xlsx", content)})
    services.work_waiting()
    batch = Import.objects.get()
    services.map_columns(by=batch.by, batch=batch, mapping=batch.mapping, defaults={}, publish=False)
    services.work_waiting()
    batch.refresh_from_db()
    return batch


def test_bilingual_heads_below_a_title_are_recognised_and_the_unread_column_is_named(console, known):
    batch = read(console, sheet())
    names = ("legal_name", "country", "city", "website", "contact_name", "contact_email", "languages", "goods")
    assert batch.mapping == {name: place for place, name in enumerate(names, start=1)}
    page = console.get(reverse("import", args=[batch.uid])).content.decode()
    assert "No." in page  # of the columns that nothing is read from


def test_a_messy_sheet_becomes_companies_with_people(console, campaign, li, known, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    batch = read(console, sheet())
    sound, refused = len(NAMES) + len(LEFT_EMPTY), len(REFUSED)
    assert (sound, batch.total) == (183, 183 + 4 + 1 + refused)
    assert batch.actions() == {"create": sound, "alike": 4, "update": 1, "reject": refused}
    for row in batch.rows.filter(action="reject"):
        said = " ".join(row.problems.values())
        assert any(why in said for _cells, why in REFUSED.values()), said
    empty = batch.rows.filter(action="create", problems__isnull=False)
    for (_cells, why), row in zip(LEFT_EMPTY.values(), empty, strict=True):
        assert why in " ".join(row.problems.values())
    assert {row.values["country"] for row in batch.rows.filter(action="create")} == {"PE", *COUNTRIES.values()}

    # likely duplicates are shown before anything is brought in; two are chosen, one is left
    address = reverse("import", args=[batch.uid])
    page = console.get(address).content.decode()
    for words in ("Vinícola Aurora Ltda", "Doi Chang Coffee Co.", "Borantora Foods Ltd", "Borantotin Foods Ltd"):
        assert words in page
    likely = {row.raw[1]: row.row_no for row in batch.rows.filter(action="alike")}
    choose = reverse("import_likely", args=[batch.uid])
    console.post(choose, {"row": likely["VINICOLA AURORA"], "choice": "update"})
    console.post(choose, {"row": likely["Doi Chang"], "choice": "skip"})
    console.post(choose, {"row": likely["Quite another name"], "choice": "another"})
    assert "Import 187 rows" in " ".join(console.get(address).content.decode().split())
    console.post(reverse("import_apply", args=[batch.uid]))
    services.work_waiting()
    batch.refresh_from_db()
    assert (batch.created, batch.updated, batch.unchanged, batch.rejected) == (184, 2, 1, refused + 1)
    assert batch.rows.get(row_no=likely["Borantora Foods S.A."]).problems[""].startswith("Perhaps the same")
    # it has people, who alone write how it is reached
    assert Company.objects.get(legal_name="Vinícola Aurora Ltda").contact_email == ""

    # one step invites; the preview has the number, and who is left out and why
    step = f"{reverse('console_invite')}?import={batch.uid}"
    preview = " ".join(console.get(step).content.decode().split())
    assert "175 emails will be sent." in preview
    assert "No email address of a contact person" in preview
    console.post(step, {"step": "send", "note": ""})
    assert CompanyInvitation.objects.count() == 175
    Invitation.objects.update(not_before=timezone.now())
    assert invitations.send_waiting(budget=300) == 175
    assert {row.language for row in Invitation.objects.all()} >= {"it", "ar", "th", "fr", "vi"}

    # 120 come by the links of their letters; three letters came back, two do not want any
    links = {letter.to[0]: re.search(r"(/invitations/[^/\s]+/)\s", letter.body)[1] for letter in mail.outbox}
    mail.outbox.clear()
    addresses = sorted(links)
    for email in addresses[:3]:
        joins_by(links[email], email)
    for email in addresses[3:120]:
        accepts_with_an_account(links[email], email)
    for email in addresses[120:123]:
        bounces.suppress(address=email, reason="mail to this address came back")
    for email in addresses[123:125]:
        Client().post(f"{links[email]}refuse/")
    assert Membership.objects.filter(role="admin", company__invitations__isnull=False).count() == 120
    assert counts() == {"came": 120, "bounced": 3, "refused": 2, "sent": 50}
    assert CompanyInvitation.objects.came_back().count() == 3

    # the others are reminded twice, and no more
    reminded = []
    for _week in range(4):
        later(7)
        company_invitations.write_reminders()
        reminded.append(company_invitations.send_waiting(budget=300))
    assert reminded == [50, 0, 50, 0]
    assert counts() == {"came": 120, "bounced": 3, "refused": 2, "sent": 50}
    later(8)
    assert counts() == {"came": 120, "bounced": 3, "refused": 2, "expired": 50}


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for row in CompanyInvitation.objects.with_status():
        found[row.status] = found.get(row.status, 0) + 1
    return found


def joins_by(link: str, email: str) -> None:
    """The whole way of a person without an account."""
    person = Client()
    form = person.post(link, {"to": "sign-up"})
    assert email.replace("@", "%40") in form.url
    said = {"name": "Ana", "email": email, "password1": "a long good phrase", "next": link}
    person.post(reverse("account_signup"), said)
    account_letters.send_waiting()
    confirm = re.search(r"https?://[^/]+(/\S*confirm-email\S*)", mail.outbox[-1].body)[1]
    assert person.post(confirm).url == link
    assert person.post(link).status_code == 302


def accepts_with_an_account(link: str, email: str) -> None:
    user = User.objects.create_user(email, None, name="Ana")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    person = Client()
    person.force_login(user)
    assert person.post(link).status_code == 302
