"""Who a limit counts: the address that the outermost of our own proxies saw."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the caller: the entry of X-Forwarded-For that the first of our proxies wrote, else the peer."""
    proxies = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
    named = forwarded[-min(proxies, len(forwarded))].strip() if forwarded and forwarded != [""] else ""
    return named or request.META.get("REMOTE_ADDR", "")


def client_network(request: HttpRequest) -> str:
    """The address of the caller; of an IPv6 address its /64, all of which one connection has."""
    given = client_address(request)
    if ":" not in given:
        return given
    try:
        return str(ipaddress.ip_network(f"{ipaddress.IPv6Address(given)}/64", strict=False))
    except ValueError:
        return given


def is_this_machine(address: str) -> bool:
    return address.startswith("127.") or address in ("", "::1")
