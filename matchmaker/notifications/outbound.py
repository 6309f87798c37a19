"""The one client for addresses that people gave us: no private address, no redirect, little time, little read.

The address is checked on what the name resolves to at the moment of connecting, and the connection goes to exactly
that address, so a name that changes its mind between check and call (rebinding) gains nothing. All addresses of the
name are judged: one private among public ones refuses it.
"""

import ipaddress
import re
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from requests_hardened import Config, HTTPSession, ip_filter
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT = 15.0  # seconds for everything: connecting, sending, the answer
READ = 64 * 1024  # bytes of the answer's body at most
PORT = 443
AGENT = "matchmaker-webhooks/1"
# Beyond what `is_global` and requests-hardened refuse: a cloud's metadata service, old site-local addresses.
CLOSED = tuple(
    ipaddress.ip_network(net) for net in ("100.100.100.200/32", "168.63.129.16/32", "fec0::/10", "::ffff:0:0:0/96")
)
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # bytes 8 to 11 of an IPv6 address that holds an IPv4 one
OWN_NAMES = re.compile(r"(^|\.)(localhost|local|internal|intranet|lan|home|corp|arpa|onion)$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, how long it took, and when to come again if it said so. Never the body."""

    status: int
    milliseconds: int
    retry_after: int | None = None


class Unreachable(Exception):
    """No answer: refused address, no connection, bad certificate, too slow."""


def check_url(url: str) -> None:
    """Refuse an address that could reach anything but a public HTTPS server, before it is stored.

    Raises:
        ValidationError: with a sentence that says what is wrong.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        raise ValidationError(_("This is not an address."), "bad_address") from None
    if not re.fullmatch(r"[!-~]{1,500}", url):
        raise ValidationError(_("Write the address without spaces, in ASCII (punycode)."), "not_ascii")
    if _is_allowed(parts):
        return
    if parts.scheme != "https" or not parts.hostname:
        raise ValidationError(_("Give an address that begins with https://"), "not_https")
    _check_host_alone(parts, port)
    private = ValidationError(_("This address is not on the public Internet."), "private")
    if OWN_NAMES.search(parts.hostname.rstrip(".")) or parts.hostname == urlsplit(settings.SITE_URL).hostname:
        raise private
    try:
        addresses = _addresses(parts.hostname)
    except (OSError, UnicodeError):
        return  # perhaps not set up yet: it is checked again at every call
    if not all(is_public(address) for address in addresses):
        raise private


def _check_host_alone(parts: SplitResult, port: int) -> None:
    """Refuse whatever stands around the host."""
    if "@" in parts.netloc:
        raise ValidationError(_("Leave out the user name before the @."), "with_user")
    if "%" in parts.netloc:  # the zone of an IPv6 address names a network card of this machine
        raise ValidationError(_("Leave out the percent sign and what follows it."), "with_zone")
    if port != PORT:
        raise ValidationError(_("Only port 443 can be called."), "bad_port")


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public Internet; an IPv4 address wrapped in an IPv6 one never counts as public."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or address.teredo or address.packed[:12] == bytes(12)
        if wrapped or address.packed[8:12] in ISATAP:
            return False
    extra = (*ip_filter.EXTRA_BLOCKED_NET_RANGES, *CLOSED)
    return address.is_global and not address.is_multicast and not any(address in net for net in extra)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST and note the status. Redirects are not followed: their status is the answer.

    Raises:
        Unreachable: with the reason, for the log its owner sees.
    """
    return _call("POST", url, body, headers)[0]


def post_and_read(url: str, body: bytes, headers: dict[str, str]) -> tuple[Answer, bytes]:
    """POST to a service whose answer says in its body whether it took the message; nothing of it is stored.

    Raises:
        Unreachable: with the reason.
    """
    return _call("POST", url, body, headers)


def get(url: str, most: int = READ) -> tuple[Answer, bytes]:
    """GET a file, with the same guards; the body is cut off at `most` bytes.

    Raises:
        Unreachable: with the reason.
    """
    answer, read = _call("GET", url, b"", {"Accept-Encoding": "identity"}, most)
    if len(read) < most and answer.milliseconds >= TIMEOUT * 1000:
        raise Unreachable("no answer in time")  # what came is not the whole of it
    return answer, read


def _call(method: str, url: str, body: bytes, headers: dict[str, str], most: int = READ) -> tuple[Answer, bytes]:
    started, parts = time.monotonic(), urlsplit(url)
    allowed = _is_allowed(parts)
    adapter = _Adapter(guarded=not allowed)
    session = HTTPSession(CONFIG)
    session.trust_env = False  # no proxy of the environment decides where we connect
    session.mount("https://", adapter)
    if allowed:
        session.mount("http://", adapter)
    watch = threading.Timer(TIMEOUT, adapter.cut)
    watch.start()
    try:
        if not allowed and not all(is_public(address) for address in _addresses(parts.hostname or "")):
            raise ip_filter.InvalidIPAddress(parts.hostname)
        request = requests.Request(method, url, data=body, headers={**headers, "User-Agent": AGENT}).prepare()
        with session.send(request, timeout=(5, 10), stream=True) as response:
            read = _read_little(response, started + TIMEOUT, most)
            if adapter.was_cut:  # a head cut off in the middle looks like a whole one
                raise Unreachable("no answer in time")
            after = response.headers.get("Retry-After", "")
            return Answer(response.status_code, _since(started), int(after) if after.isdecimal() else None), read
    except requests.exceptions.SSLError as error:
        raise Unreachable("the certificate does not hold") from error
    except ip_filter.InvalidIPAddress as error:
        raise Unreachable("the address is not on the public Internet") from error
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        late = adapter.was_cut or isinstance(error, requests.exceptions.Timeout)
        raise Unreachable("no answer in time" if late else f"no connection ({type(error).__name__})") from error
    finally:
        watch.cancel()
        session.close()


CONFIG = Config(ip_filter_enable=True, ip_filter_allow_loopback_ips=False, never_redirect=True, default_timeout=(5, 10))


class _Adapter(IPFilterAdapter):
    """Pins the connection to the judged address, and can cut it when the whole call takes too long."""

    def __init__(self, guarded: bool):
        super().__init__(is_https_proto=True)
        self.guarded, self.was_cut, self.connections = guarded, False, []

    def build_connection_pool_key_attributes(self, request, verify, cert=None):
        if not self.guarded:
            return super(IPFilterAdapter, self).build_connection_pool_key_attributes(request, verify, cert)
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if not is_public(ipaddress.ip_address(host["host"].strip("[]"))):
            raise ip_filter.InvalidIPAddress(host["host"])
        return host, pool

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        make = type(pool).ConnectionCls
        pool.ConnectionCls = lambda **settings: self._keep(make(**settings))
        return pool

    def _keep(self, connection):
        self.connections.append(connection)
        return connection

    def cut(self) -> None:
        """A server that sends one byte a second keeps every single read short, so the socket itself is closed."""
        self.was_cut = True
        for connection in self.connections:
            if connection.sock is not None:
                try:
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
                except OSError:
                    continue  # it has ended by itself


def _addresses(host: str) -> list[IPAddress]:
    """Every address the name has now, as the system's resolver gives them: it also reads 127.1 and 0x7f.1."""
    answers = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in answers]


def _is_allowed(parts: SplitResult) -> bool:
    """Whether the operator opened this host and port, for a receiver inside her own network (OUTBOUND_ALLOWED)."""
    return parts.netloc in getattr(settings, "OUTBOUND_ALLOWED", ()) and parts.scheme in ("http", "https")


def _read_little(response: requests.Response, deadline: float, most: int) -> bytes:
    """Take up to `most` bytes as they come on the wire, so that nothing is unpacked, and stop at the deadline."""
    read = bytearray()
    while len(read) < most and time.monotonic() < deadline:
        piece = response.raw.read(min(most - len(read), 8192), decode_content=False)
        if not piece:
            break
        read += piece
    return bytes(read)


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
