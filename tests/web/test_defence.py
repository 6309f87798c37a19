"""The doors against those who try the handles: rows B29 to B38, B85 to B88 and B95."""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from matchmaker.accounts import letters
from matchmaker.accounts.models import AccountLetter, User
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EVIL = "evil.example.net"


def sign_up(client, email, **extra):
    said = {"name": "Somebody New", "email": email, "password1": PASSWORD}
    return client.post(reverse("account_signup"), said, **extra)


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [{}, {"TRUSTED_PROXIES": "1"}])
def test_check_deploy_of_a_production_site_is_clean(proxies):
    names = {"PRODUCTION": "1", "SECRET_KEY": "Zq3-" * 16 + "abc9", "ALLOWED_HOSTS": "example.org"}
    names |= {"SITE_URL": "https://example.org", "EMAIL_URL": "smtp://mail.example.org:25", **proxies}
    command = [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    # The journeys, in this same process, allow themselves what a production site must not.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(command, env=environment | names, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr[-2000:]) == (0, "")


@pytest.mark.parametrize("known", ["known@example.org", "KNOWN@Example.ORG", "known@EXAMPLE.org", "Known@example.Org"])
def test_sign_up_with_a_known_address_answers_like_a_new_one_and_tells_its_owner(known):
    factories.user(PASSWORD, email="known@example.org")
    answers = [sign_up(Client(), email) for email in (known, "fresh@example.org")]
    assert [(row.status_code, row["Location"]) for row in answers] == [
        (302, reverse("account_email_verification_sent"))
    ] * 2
    assert letters.send_waiting() == 2
    assert sorted(letter.to[0].lower() for letter in mail.outbox) == ["fresh@example.org", "known@example.org"]
    assert User.objects.filter(email__iexact="known@example.org").count() == 1


@pytest.mark.parametrize("variant", ["k.nown@example.org", "knówn@example.org", "\u212anown@example.org"])
def test_an_address_that_only_looks_like_a_known_one_tells_and_opens_nothing(variant):
    """Dots and accents make another mailbox; the Kelvin sign folds to a k and must not reach its owner's account."""
    owner = factories.user(PASSWORD, email="known@example.org")
    answers = [sign_up(Client(), email) for email in (variant, "fresh@example.org")]
    assert [row.status_code for row in answers] == [302, 302] or answers[0].status_code == 200  # 200: no address at all
    Client().post(reverse("account_reset_password"), {"email": variant})
    letters.send_waiting()
    resets = {letter.to[0] for letter in mail.outbox if "/reset/key/" in letter.body}
    assert resets <= {owner.email, variant}  # each to the mailbox that was named, or to the owner's
    assert User.objects.filter(email__iexact=owner.email).count() == 1
    assert owner.check_password(PASSWORD)


def test_a_reset_writes_one_letter_and_opens_no_socket_whether_the_address_is_known_or_not():
    factories.user(PASSWORD, email="known@example.org")
    asked = ("known@example.org", "nobody@example.org")
    said = [Client().post(reverse("account_reset_password"), {"email": email}) for email in asked]
    assert [(row.status_code, row["Location"]) for row in said] == [(302, reverse("account_reset_password_done"))] * 2
    rows = AccountLetter.objects.order_by("created_at").values_list("email", "state", "attempts")
    assert (list(rows), mail.outbox) == ([(email, "waiting", 0) for email in asked], [])


@pytest.mark.slow
@pytest.mark.parametrize("asks", ["signs up", "signs in", "resets"])
def test_known_and_unknown_addresses_take_the_same_time(settings, asks):
    """With the real hasher: a known address answered without hashing would be told by the clock."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    people = [factories.user(PASSWORD, email=f"known{number}@example.org") for number in range(5)]
    took = {"known": [], "new": []}
    for number, person in enumerate(people):
        for kind, email in (("known", person.email), ("new", f"new{number}@example.org")):
            client = Client()
            client.get(reverse("account_login"))
            # Of the processor, not of the wall: the clock of a busy machine says more about its other work.
            begun = time.process_time()
            if asks == "resets":
                answer = client.post(reverse("account_reset_password"), {"email": email})
            else:
                answer = sign_up(client, email) if asks == "signs up" else sign_in(client, email, "wrong password")
            took[kind].append(time.process_time() - begun)
            assert answer.status_code in (200, 302)
    gap = abs(statistics.median(took["known"]) - statistics.median(took["new"]))
    assert gap < 0.05


@pytest.mark.slow
def test_sign_ups_beyond_the_limit_are_refused_whatever_address_is_claimed():
    answers = [
        sign_up(Client(), f"n{number}@example.org", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(30)
    ]
    codes = [answer.status_code for answer in answers]
    assert codes == [302] * 20 + [429] * 10
    assert User.objects.count() == 20
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.slow
@pytest.mark.parametrize("near", ["198.51.100.{}", "2001:db8:1:{:x}::1"])
def test_a_neighbourhood_of_addresses_is_stopped_too_and_others_are_not(near):
    with time_machine.travel(time.time(), tick=False):  # one minute, however busy the machine
        places = [Client(REMOTE_ADDR=near.format(number)) for number in range(64)]
        codes = [sign_up(place, f"n{number}@example.org").status_code for number, place in enumerate(places)]
        assert codes == [302] * 60 + [429] * 4
        assert sign_up(Client(REMOTE_ADDR="203.0.113.9"), "far@example.org").status_code == 302


def test_behind_one_proxy_only_what_the_proxy_wrote_counts(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [{"X-Forwarded-For": f"10.0.0.{number}, 198.51.100.7"} for number in range(22)]
    codes = [sign_up(Client(), f"n{number}@example.org", headers=row).status_code for number, row in enumerate(forged)]
    assert codes == [302] * 20 + [429] * 2


@pytest.mark.slow
def test_guesses_of_one_password_stop_after_five_from_any_address_and_for_minutes_only():
    person = factories.user(PASSWORD, email="owner@example.org")
    with time_machine.travel(time.time(), tick=False) as clock:
        spelled = [
            "owner@example.org",
            "OWNER@example.org",
            "Owner@Example.Org",
            "owner@EXAMPLE.org",
            "owner@example.org",
        ]
        guesses = [sign_in(Client(REMOTE_ADDR=f"198.51.100.{n}"), name, f"guess {n}") for n, name in enumerate(spelled)]
        assert ["wrong too often" in answer.text for answer in guesses] == [False] * 5
        for n in range(50):  # from fifty addresses, the last of them with the right password
            locked = sign_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), person.email)
            assert ("wrong too often" in locked.text, locked.status_code) == (True, 200)
        told = Notice.objects.get(recipient=person, kind="sign_in_guessed")
        assert (told.context, told.deliveries.get().channel) == ({"address": "203.0.113.0"}, "email")
        clock.shift(301)
        assert sign_in(Client(), person.email).status_code == 302


def test_guesses_from_elsewhere_do_not_lock_the_owner_out_where_she_is_signed_in():
    person = factories.user(PASSWORD)
    home = {"REMOTE_ADDR": "192.0.2.50"}
    assert sign_in(Client(**home), person.email).status_code == 302
    for n in range(6):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{n}"), person.email, "guess")
    assert "wrong too often" in sign_in(Client(REMOTE_ADDR="198.51.100.99"), person.email).text
    assert sign_in(Client(**home), person.email).status_code == 302


def test_the_api_counts_its_guesses_with_those_of_the_page():
    person = factories.user(PASSWORD)
    for n in range(5):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{n}"), person.email, "guess")
    said = {"email": person.email, "password": PASSWORD}
    answer = Client(REMOTE_ADDR="203.0.113.1").post(reverse("api_tokens"), said, content_type="application/json")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("password123456", False),
        ("short7c", False),
        ("nul\x00 in the middle of it", False),
        ("somebody2026", False),  # her own name and a year
        ("matchmaker2026", False),  # the site's
        ("é" * 100, True),
        ("a" * 99 + "b" * 101, True),
        ("产品名很长的一句密码二零二六年", True),
        (" " * 20, True),
    ],
)
def test_passwords(password, taken):
    said = {"name": "Somebody", "email": "a@example.org", "password1": password}
    page = Client().post(reverse("account_signup"), said)
    assert User.objects.filter(email="a@example.org").exists() is taken
    if taken:
        person = User.objects.get()
        assert (person.check_password(password), person.check_password(password[:-1])) == (True, False)
    else:
        assert list(page.context["form"].errors) == ["password1"]


def reset_link(**extra):
    Client().post(reverse("account_reset_password"), {"email": "known@example.org"}, **extra)
    letters.send_waiting()
    return re.search(r"https?://\S+", mail.outbox[-1].body).group(0)


def test_letter_of_a_reset_leads_to_the_configured_site_whatever_host_was_asked(settings):
    factories.user(PASSWORD, email="known@example.org")
    link = reset_link(headers={"Host": EVIL, "X-Forwarded-Host": EVIL})
    assert link.startswith(settings.SITE_URL)
    assert EVIL not in mail.outbox[-1].body


def test_link_of_a_reset_works_once(settings):
    factories.user(PASSWORD, email="known@example.org")
    path = reset_link().removeprefix(settings.SITE_URL)
    client = Client()
    form = client.get(path)["Location"]
    page = client.get(form)
    assert page["Referrer-Policy"] in ("same-origin", "no-referrer")
    client.post(form, {"password1": "another horse battery", "password2": "another horse battery"})
    assert User.objects.get().check_password("another horse battery")
    again = Client()
    assert "Location" not in again.get(path) or "another" not in again.get(again.get(path)["Location"]).text
    again.post(again.get(path).headers.get("Location", path), {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get().check_password("another horse battery")


def test_a_reset_asked_for_before_the_address_changed_is_worth_nothing(settings):
    person = factories.user(PASSWORD, email="known@example.org")
    path = reset_link().removeprefix(settings.SITE_URL)
    person.emailaddress_set.update(email="new@example.org")
    User.objects.filter(pk=person.pk).update(email="new@example.org")
    client = Client()
    place = client.get(path).headers.get("Location", path)
    client.post(place, {"password1": "another horse battery", "password2": "another horse battery"})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_page_that_takes_the_new_password_has_no_token_in_its_address(settings):
    factories.user(PASSWORD, email="known@example.org")
    path = reset_link().removeprefix(settings.SITE_URL)
    client = Client()
    page = client.get(client.get(path)["Location"])
    token = path.rstrip("/").rsplit("/", 1)[1].partition("-")[2]
    assert len(token) > 20
    assert token not in page.request["PATH_INFO"]
    assert token not in page.text


def test_reset_of_an_unknown_address_answers_the_same():
    factories.user(PASSWORD, email="known@example.org")
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in ("known@example.org", "nobody@example.org")
    ]
    assert len({(row.status_code, row["Location"]) for row in answers}) == 1


def test_cookie_is_nothing_after_signing_out_and_after_a_new_password():
    person = factories.user(PASSWORD)
    first, second = Client(), Client()
    for browser in (first, second):
        sign_in(browser, person.email)
        assert browser.get(reverse("companies")).status_code == 200
    kept = first.cookies["sessionid"].value
    first.post(reverse("account_logout"))
    first.cookies["sessionid"] = kept
    person.set_password("another horse battery")
    person.save()
    assert [browser.get(reverse("companies")).status_code for browser in (first, second)] == [302, 302]


@pytest.mark.parametrize(
    "target",
    ["//" + EVIL, "/\\" + EVIL, "https:" + EVIL, f"https://{EVIL}/", "javascript:alert(1)", "%0d%0aX: y", "///" + EVIL],
)
def test_next_leads_nowhere_else(target):
    person = factories.user(PASSWORD)
    client = Client()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": target})
    place = answer["Location"]
    assert urlsplit(urljoin("http://testserver/accounts/login/", place.replace("\\", "/"))).netloc == "testserver"
    assert not set("\r\n") & set(place)


def test_form_without_its_token_and_json_in_disguise_change_nothing():
    person = factories.user(language="en")
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    said = {"name": "Changed", "language": "en", "time_zone": "UTC"}
    form = client.post(reverse("account"), said)
    foreign = client.post(reverse("account"), said, headers={"Origin": f"https://{EVIL}"})
    product = reverse("api_products")
    disguised = client.post(product, '{"origin": "TH"}', content_type="text/plain")
    json = client.post(product, '{"origin": "TH"}', content_type="application/json")
    assert [row.status_code for row in (form, foreign, disguised, json)] == [403, 403, 415, 403]
    person.refresh_from_db()
    assert person.name != "Changed"


def test_headers_a_proxy_of_ours_did_not_set_have_no_say(client):
    person = factories.user()
    forged = {
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Proto": "https",
        "X-Real-IP": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
    }
    forged |= {"X-User-ID": str(person.pk), "X-Forwarded-User": person.email, "Remote-User": person.email}
    answer = client.get(reverse("companies"), headers=forged)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={reverse('companies')}")
    assert EVIL not in client.get("/", headers=forged).text
    twin = client.get(reverse("companies"), HTTP_X_USER__ID=str(person.pk), headers={"X_Forwarded_Host": EVIL})
    assert twin.status_code == 302


@pytest.mark.parametrize(
    ("path", "status"),
    [("/suppliers/%0aINFO forged", 400), ("/%00", 400), ("/%1b[31mred", 400), ("/" + "a" * 16_000, 414)],
)
def test_address_with_a_control_character_or_too_long_is_refused_in_one_line(client, caplog, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert all("\n" not in record.getMessage() and "\x1b" not in record.getMessage() for record in caplog.records)


def test_page_of_one_person_is_kept_by_no_cache(client):
    person = factories.user(name="Secret Person")
    client.force_login(person)
    for path in ("/", reverse("suppliers"), reverse("companies"), reverse("account_download"), reverse("notices")):
        assert "no-store" in client.get(path)["Cache-Control"]
    assert client.get(reverse("companies") + "x.css").status_code == 404
    assert "Secret Person" not in Client().get(reverse("suppliers")).text


@pytest.mark.parametrize(
    "languages", ["en;q=" * 10_000, "../../etc/passwd", "xx-unknown", "\x00", "zh-" + "a" * 60_000]
)
def test_language_nobody_speaks_is_the_default_at_once(client, languages):
    client.get("/about/")
    took = []
    for _time in range(5):
        begun = time.process_time()
        answer = client.get("/about/", headers={"Accept-Language": languages})
        took.append(time.process_time() - begun)
        assert (answer.status_code, answer["Content-Language"]) == (200, "en")
    begun = time.process_time()
    client.get("/about/", headers={"Accept-Language": "en"})
    assert min(took) < time.process_time() - begun + 0.05  # 50 ms more than an ordinary page at most


def test_audit_has_no_way_in(client):
    boss = factories.user(is_staff=True, is_superuser=True)
    client.force_login(boss)
    assert client.get("/admin/accounts/auditentry/").status_code == 404


def test_policy_of_content_allows_no_foreign_and_no_inline_script(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_page_is_so_secret_about_itself_that_its_own_form_is_refused(settings):
    """With `no-referrer` a browser sends `Origin: null` along with a form, and the check against forgery refuses it."""
    folders = [path for place in settings.TEMPLATES[0]["DIRS"] for path in Path(place).rglob("*.html")]
    assert [path.name for path in folders if "no-referrer" in path.read_text()] == []
    assert settings.SECURE_REFERRER_POLICY == "same-origin"


@pytest.mark.parametrize("address", ["/suppliers/?event=a%00b", "/products/?event=a%00b&q=rice%00"])
def test_a_nul_in_a_filter_is_refused(client, address):
    """PostgreSQL compares no NUL: anybody could make the public lists answer 500."""
    page = client.get(address)
    assert (page.status_code, page.content) == (400, b"The address holds a character that cannot be stored.\n")


@pytest.mark.parametrize("place", ["nowhere", "\x00", "//evil.example/", "https://evil.example/"])
def test_where_a_form_leads_back_to_is_a_path_of_this_site(client, place):
    """A word without a slash was looked up as the name of a page: anybody could make it answer 500."""
    assert client.post(reverse("set_language"), {"next": place, "language": "xx"})["Location"] == "/"
    organiser, buyer = factories.organiser(), factories.buyer()
    client.force_login(organiser)
    switched = client.post(
        reverse("console_campaign_switch", args=[organiser.organiser_of.get().campaign.slug]), {"next": place}
    )
    assert switched["Location"] == reverse("console_home")
    client.force_login(factories.member_of(buyer))
    starred = client.post(reverse("buyer_shortlist_toggle", args=[factories.product().uid]), {"next": place})
    assert starred["Location"] == reverse("buyer_shortlist")
