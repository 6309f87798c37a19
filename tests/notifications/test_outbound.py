"""No address that people give us leads into a private network."""

import ipaddress
import socket

import pytest
from django.core.exceptions import ValidationError

from matchmaker.notifications import outbound

PRIVATE_HOSTS = [
    "127.0.0.1",
    "localhost",
    "0",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "0x7f000001",
    "017700000001",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[2001:0:7f00:1::]",
    "[::ffff:7f00:1]",
    "[100::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.1",
    "240.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "printer.local",
    "app.localhost",
    "db.corp",
    "localhost.",
]


@pytest.fixture
def no_connection(monkeypatch):
    """Fails the test if anything connects."""
    tried = []

    def connect(self, address):
        tried.append(address)
        raise AssertionError(f"a socket was opened to {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def resolving(monkeypatch, *answers: str):
    """Answer every look-up with these addresses; a list inside is one look-up's answer, taken in turn."""
    turns = list(answers)

    def getaddrinfo(host, port, *args, **kwargs):
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        found = [found] if isinstance(found, str) else found
        family = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (family[ipaddress.ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port or 443)) for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_a_private_address_is_refused_at_save(host, no_connection):
    with pytest.raises(ValidationError) as refusal:
        outbound.check_url(f"https://{host}/hook")
    assert refusal.value.code == "private"


@pytest.mark.parametrize("host", [host for host in PRIVATE_HOSTS if host[0] in "0123456789["])
def test_a_private_address_is_not_connected_to_at_send(host, no_connection):
    with pytest.raises(outbound.Unreachable):
        outbound.post(f"https://{host}/hook", b"{}", {})
    assert no_connection == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/", "not_https"),
        ("gopher://example.org/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("https:///x", "not_https"),
        ("//example.org/", "not_https"),
        ("https://user@example.org/", "with_user"),
        ("https://user:pass@example.org/", "with_user"),
        ("https://example.org:22/", "bad_port"),
        ("https://example.org:25/", "bad_port"),
        ("https://example.org:6379/", "bad_port"),
        ("https://example.org:99999/", "bad_address"),
        ("https://例子.测试/", "not_ascii"),
        ("https://example.org/a b", "not_ascii"),
        ("https://example.org/\r\nX: y", "not_ascii"),
        ("https://[bad/", "bad_address"),
    ],
)
def test_other_forms_are_refused_with_their_reason(url, code, no_connection):
    with pytest.raises(ValidationError) as refusal:
        outbound.check_url(url)
    assert refusal.value.code == code


def test_the_sites_own_name_is_refused(settings, monkeypatch):
    settings.SITE_URL = "https://expo.example.org"
    resolving(monkeypatch, "93.184.215.14")
    with pytest.raises(ValidationError):
        outbound.check_url("https://expo.example.org/hook")


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch, no_connection):
    resolving(monkeypatch, ["93.184.215.14", "10.0.0.7"])
    with pytest.raises(ValidationError):
        outbound.check_url("https://two.example.org/")
    with pytest.raises(outbound.Unreachable, match="not on the public Internet"):
        outbound.post("https://two.example.org/", b"{}", {})


def test_a_name_that_changes_its_mind_reaches_nothing_private(monkeypatch, no_connection):
    resolving(monkeypatch, "93.184.215.14", "93.184.215.14", "127.0.0.1")
    outbound.check_url("https://rebinding.example.org/")
    with pytest.raises(outbound.Unreachable, match="not on the public Internet"):
        outbound.post("https://rebinding.example.org/", b"{}", {})
    assert no_connection == []


def test_the_connection_goes_to_the_judged_address(monkeypatch):
    resolving(monkeypatch, "93.184.215.14", "93.184.215.14", "127.0.0.1")
    tried = []

    def create_connection(address, *args, **kwargs):
        tried.append(address)
        raise OSError("no way out of here")

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    with pytest.raises(outbound.Unreachable):
        outbound.post("https://rebinding.example.org/", b"{}", {})
    assert all(host == "93.184.215.14" for host, _port in tried)


def test_a_name_without_an_address_is_saved_and_not_reached(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    outbound.check_url("https://soon.example.org/hook")
    with pytest.raises(outbound.Unreachable, match="no connection"):
        outbound.post("https://soon.example.org/hook", b"{}", {})


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "8.8.8.8"])
def test_public_addresses_are_public(address):
    assert outbound.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:0:127.0.0.1",  # translated (SIIT)
        "2001:db8::5efe:7f00:1",  # ISATAP of 127.0.0.1
        "2606:4700::200:5efe:a00:1",  # ISATAP of 10.0.0.1
        "168.63.129.16",  # Azure's own services
    ],
)
def test_addresses_that_reach_inside_by_another_form_are_not_public(address):
    assert not outbound.is_public(ipaddress.ip_address(address))
