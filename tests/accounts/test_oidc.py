"""Signing in with an organisation's own identity provider: a small real one on loopback, asked over HTTP."""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from matchmaker.accounts.models import User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


class Provider(ThreadingHTTPServer):
    """Discovery, keys, tokens for a code, and who the token is (OpenID Connect Core 1.0)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.person = {"sub": "42", "email": "wang@ministry.example", "email_verified": True, "name": "王敏"}
        self.codes, self.asked = {}, []

    def consent(self, url: str) -> tuple[str, str]:
        """What the provider's own page does when its person agrees: a code for the challenge it was asked with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(asked)
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return code, asked["state"]


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        server, here = self.server, self.server.address
        if self.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            found = {f"{name}_endpoint": f"{here}/{name}" for name in names}
            self.say({"issuer": here, "jwks_uri": f"{here}/keys", **found})
        elif self.path == "/keys":
            public = KEY.public_key().public_numbers()
            key = {"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": number(public.n), "e": number(public.e)}
            self.say({"keys": [key]})
        elif self.path.startswith("/authorization?"):  # its person is signed in there already and agrees
            code, state = server.consent(self.path)
            self.send_response(302)
            self.send_header(
                "Location", f"{server.asked[-1]['redirect_uri']}?{urlencode({'code': code, 'state': state})}"
            )
            self.end_headers()
        elif self.path == "/userinfo" and self.headers.get("Authorization") == "Bearer opaque":
            self.say(server.person)
        else:
            self.say({"error": "invalid_token"}, 401)

    def do_POST(self):
        server = self.server
        given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = server.codes.pop(given.get("code", [""])[0], None)
        verifier = given.get("code_verifier", [""])[0].encode()
        fits = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if asked is None or asked.get("code_challenge", fits) != fits:
            self.say({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {"iss": server.address, "aud": "site", "iat": now, "exp": now + 60, **server.person}
        token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self.say({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    def say(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def provider(settings):
    with Provider() as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        app = {"provider_id": "oidc", "name": "Ministry", "client_id": "site", "secret": "s"}
        app["settings"] = {"server_url": server.address}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        yield server
        server.shutdown()


def sign_in(client, provider, state=None):
    begun = client.post(reverse("openid_connect_login", args=["oidc"]))
    code, right = provider.consent(begun.headers["Location"])
    back = reverse("openid_connect_callback", args=["oidc"])
    return client.get(back, {"code": code, "state": state or right}, follow=True)


def signed_in(client) -> str:
    return client.session.get("_auth_user_id", "")


def test_a_person_of_the_provider_gets_an_account_and_the_same_one_again(client, provider):
    sign_in(client, provider)
    person = User.objects.get(email="wang@ministry.example")
    assert signed_in(client) == str(person.pk)
    assert person.name == "王敏"
    assert "code_challenge" in provider.asked[0]  # PKCE, RFC 7636
    client.post(reverse("account_logout"))
    sign_in(client, provider)
    assert signed_in(client) == str(person.pk)
    assert User.objects.count() == 1


def test_a_state_of_somebody_else_signs_nobody_in(client, provider):
    sign_in(client, provider, state="guessed")
    assert signed_in(client) == ""
    assert not User.objects.exists()


def test_the_providers_word_alone_does_not_open_an_account_that_is_here_already(client, provider):
    """Who controls a provider must not become whoever has the same address here."""
    factories.user(email="wang@ministry.example")
    sign_in(client, provider)
    assert signed_in(client) == ""
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("names", "origins"),
    [
        ({}, []),
        (
            {"OIDC_SERVER_URL": "https://login.ministry.example:8443/realms/trade"},
            ["https://login.ministry.example:8443"],
        ),
        (
            {"OIDC_SERVER_URL": "https://a.example/x", "OIDC_ORIGINS": "https://a.example,https://b.example"},
            ["https://a.example", "https://b.example"],
        ),
    ],
)
def test_the_policy_of_content_lets_the_sign_in_form_lead_to_the_provider_and_nowhere_else(names, origins):
    ask = "from matchmaker import settings; print(*settings.SECURE_CSP['form-action'])"
    secret = {"OIDC_CLIENT_ID": "site", "OIDC_SECRET": "s"}
    said = subprocess.run(
        [sys.executable, "-c", ask], env={**os.environ, **secret, **names}, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["'self'", *origins]
