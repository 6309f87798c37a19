"""Against a site in production settings: ways around the second step, bait in letters, quotas, floods."""

import io
import json
import zlib

import pikepdf
import pytest
from pikepdf import Array, Name
from PIL import Image

from tests.attacks.site import PASSWORD
from tests.attacks.test_people_and_data import AN_HOUR_LATER

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]
PREPARE = """
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company

campaign = Campaign.objects.filter(is_current=True).first() or factories.campaign()
careless = factories.user(PASSWORD, email="careless@letters.example.org")
out["key"] = create_token(by=careless, name="old program", scopes=["read", "companies:write"])[1]
campaign.organisers.create(user=careless, role="admin")
phisher = person("phisher@letters.example.org")
draft = factories.supplier(phisher, legal_name="Draft Mill")
Company.objects.filter(pk=draft.pk).update(status="draft")
sender = person("sender@letters.example.org")
mill = factories.supplier(sender, legal_name="Sender Mill")
product = factories.product(mill)
other = factories.supplier(legal_name="Other Mill")
out["write"] = create_token(by=sender, name="writes", scopes=["read", "products:write"])[1]
owner = person("owner@letters.example.org")
create_token(by=owner, name="hers", scopes=["read"])
out |= {"draft": draft.uid, "product": product.uid, "other": other.uid}
from django.urls import reverse
names = ("supplier_product_edit", "supplier_product_file_add", "supplier_product_image_add")
out["at"] = [reverse(name, args=[product.uid]) for name in names]
"""


@pytest.fixture(scope="module")
def world(production_site) -> dict:
    return production_site.run(PREPARE)


@pytest.fixture(scope="module")
def sender(production_site, world):
    return production_site.sign_in("sender@letters.example.org", address="198.51.100.40")


def test_x2_the_password_of_an_organiser_alone_opens_neither_imports_nor_keys_nor_the_api(production_site, world):
    visitor = production_site.visitor("198.51.100.41")
    said = {"login": "careless@letters.example.org", "password": PASSWORD}
    assert visitor.post("/accounts/login/", said).status == 302
    pages = [
        "/console/",
        "/imports/",
        "/imports/new/team/buyers/",
        "/account/keys/",
        "/account/webhooks/",
        "/enquiries/",
    ]
    for path in pages:
        answer = visitor.get(path)
        assert (answer.status, answer.headers["Location"]) == (302, "/accounts/2fa/"), path
    key = {"Authorization": f"Bearer {world['key']}"}
    for path in ("/api/v1/applications/", "/api/v1/partners/", "/api/v1/products/"):
        answer = production_site.visitor("198.51.100.42").get(path, headers=key)
        assert (answer.status, json.loads(answer.text)["code"]) == (403, "key_owner_mfa_missing"), path


def test_x3_nobody_sends_bait_through_the_letters_of_the_site(production_site, world):
    visitor = production_site.sign_in("phisher@letters.example.org", address="198.51.100.43")
    members = f"/companies/{world['draft']}/members/"
    answer = visitor.post(members, {"email": "victim@example.org", "role": "member"})
    assert (answer.status, "as soon as your company is approved" in answer.text) == (422, True)
    stranger = production_site.visitor("198.51.100.44")
    for name in ("Claim your prize at http://evil.example", "Pay at evil.example/now", "paypal.com"):
        said = {"name": name, "email": "bait@letters.example.org", "password1": PASSWORD}
        assert stranger.post("/accounts/signup/", said).status == 200, name
    left = production_site.run("""
from matchmaker.accounts.models import User
from matchmaker.companies.models import Invitation
out["rows"] = [
    Invitation.objects.filter(email="victim@example.org").count(),
    User.objects.filter(email="bait@letters.example.org").count(),
]
""")
    assert left == {"rows": [0, 0]}


def test_x4_a_session_left_open_adds_no_key_and_its_owner_hears_of_each(production_site, world):
    visitor = production_site.sign_in("owner@letters.example.org", address="198.51.100.45")
    form = {"name": "Thief", "scopes": "read", "days": "365"}
    production_site.run(AN_HOUR_LATER, session=visitor.cookies["__Host-sessionid"])
    hook = {"name": "Thief", "url": "https://example.org/hook"}
    for path, said in (("/account/keys/", form), ("/account/webhooks/", hook)):
        answer = visitor.post(path, said)
        assert (answer.status, "reauthenticate" in answer.headers["Location"]) == (302, True), path
    told = production_site.run("""
from matchmaker.notifications.models import Notice
rows = Notice.objects.filter(kind="way_in_added", recipient__email="owner@letters.example.org")
out["names"] = [row.context["name"] for row in rows]
""")
    assert told == {"names": ["hers"]}


def test_x5_a_file_discarded_and_sent_again_counts_in_the_quota(production_site, world, sender):
    page = "/imports/new/company/products/"
    answers = []
    for _number in range(21):
        answer = sender.post(page, {}, {"file": ("goods.csv", b"name\nrice")})
        answers.append(answer.status)
        if answer.status == 302:
            sender.post(f"{answer.headers['Location']}drop/", form_at=page)
    assert answers == [302] * 20 + [answer.status]
    assert (answer.status, "can be sent in an hour" in answer.text) == (422, True)


def test_x7_one_address_asks_for_so_many_pages_and_others_go_on(production_site):
    flood, other = production_site.visitor("198.51.100.46"), production_site.visitor("198.51.100.47")
    answers = [flood.get("/.well-known/security.txt").status for _number in range(1300)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert other.get("/about/").status == 200


def test_x11_a_picture_or_pdf_with_absurd_measures_is_refused(production_site, world, sender):
    page, files, pictures = world["at"]
    out = io.BytesIO()
    Image.new("1", (1, 39_000)).save(out, "PNG")
    strip = sender.post(pictures, {"alt": "strip"}, {"image": ("strip.png", out.getvalue())}, form_at=page)
    assert (strip.status, 'aria-invalid="true"' in strip.text) == (422, True)
    bomb = pikepdf.new()
    bomb.add_blank_page()
    stream = bomb.make_stream(b"")
    stream.write(zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9), filter=Array([Name.FlateDecode] * 2))
    bomb.pages[0].Contents = stream
    out = io.BytesIO()
    bomb.save(out)
    answer = sender.post(files, {"kind": "data"}, {"file": ("bomb.pdf", out.getvalue())}, form_at=page)
    assert (answer.status, "more pages or parts than we can check" in answer.text) == (422, True)
    out = io.BytesIO()
    Image.new("RGB", (400, 300)).save(out, "PNG")
    assert sender.post(pictures, {"alt": "a"}, {"image": ("a.png", out.getvalue())}, form_at=page).status == 302
    left = production_site.run("""
from matchmaker.catalogue.models import Product
product = Product.objects.get(uid=given["uid"])
out["rows"] = [product.images.count(), product.files.count()]
""", uid=world["product"])  # fmt: skip
    assert left == {"rows": [1, 0]}  # the sound picture alone


def test_x12_a_product_is_given_to_no_other_company(production_site, world):
    headers = {"Authorization": f"Bearer {world['write']}", "Content-Type": "application/json"}
    body = json.dumps({"company": world["other"]}).encode()
    visitor = production_site.visitor("198.51.100.48")
    answer = visitor.ask("PATCH", f"/api/v1/products/{world['product']}/", body=body, headers=headers)
    assert (answer.status, "company" in answer.text) == (400, True), answer.text


def test_x15_cookies_belong_to_this_host_alone(production_site):
    visitor = production_site.visitor("198.51.100.49")
    answer = visitor.get("/accounts/login/")
    cookies = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "csrf" in cookie or "session" in cookie]
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert ("Path=/;" in f"{cookie};", "Secure" in cookie, "Domain=" in cookie) == (True, True, False)
