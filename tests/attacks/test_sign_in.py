"""Against a site in production settings: guessing, ways around the second step, and the record of acts."""

import psycopg
import pytest

from tests.attacks.site import PASSWORD, current_code

pytestmark = [pytest.mark.attack, pytest.mark.slow]


@pytest.fixture(scope="module")
def administrator(production_site) -> str:
    production_site.run(
        """
from matchmaker.campaigns.models import Campaign

row = person("admin@attack.example.org", is_staff=True, is_superuser=True)
campaign = Campaign.objects.filter(is_current=True).first() or factories.campaign()
campaign.organisers.create(user=row, role="admin")
"""
    )
    return "admin@attack.example.org"


def test_the_administration_takes_no_password(production_site, administrator):
    visitor = production_site.visitor("198.51.100.9")
    for password in ["wrong wrong"] * 7 + [PASSWORD]:
        answer = visitor.post("/admin/login/", {"username": administrator, "password": password}, form_at="/")
        assert answer.status in (302, 403)
        assert "/admin/" not in answer.headers.get("Location", "").split("?")[0]
    for path in ("/admin/", "/console/", "/account/keys/"):
        assert visitor.get(path).status == 302


def test_the_password_alone_opens_neither_console_nor_administration(production_site, administrator):
    visitor = production_site.visitor("198.51.100.10")
    answer = visitor.post("/accounts/login/", {"login": administrator, "password": PASSWORD})
    assert "/2fa/authenticate/" in answer.headers["Location"]
    for path in ("/admin/", "/console/", "/console/team/", "/api/v1/products/mine/"):
        assert visitor.get(path).status in (302, 401)
    assert visitor.post(answer.headers["Location"], {"code": current_code()}).status == 302
    assert visitor.get("/admin/").status == 200
    assert visitor.get("/console/").status == 200


def test_guessing_stops_at_the_fifth_password_wherever_it_is_tried(production_site):
    production_site.run('factories.user(PASSWORD, email="guessed@attack.example.org")')
    visitor = production_site.visitor("198.51.100.11")
    said = {"login": "guessed@attack.example.org", "password": "wrong wrong"}
    for _number in range(5):
        assert visitor.post("/accounts/login/", said).status == 200
    assert visitor.post("/accounts/login/", said | {"password": PASSWORD}).status == 200  # refused, not signed in
    assert visitor.get("/account/").status == 302


def test_the_record_cannot_be_emptied(production_site):
    with psycopg.connect(production_site.env["DATABASE_URL"]) as link:
        for table in ("accounts_auditentry", "accounts_auditchain"):
            with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
                link.execute(f"TRUNCATE {table} CASCADE")
            link.rollback()
