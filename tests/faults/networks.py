"""Machines of a test as network namespaces of this host, with a router between them that can cut any pair.

A cut is silent, as when a cable is pulled: packets disappear, and no side is told. Needs root and `ip` (iproute2).
"""

import os
import shutil
import subprocess
from itertools import count

SUBNET = "10.77"  # one /24 for each machine


def is_possible() -> bool:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"mm{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return made.returncode == 0


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Network:
    """`here` is the address of the test itself."""

    def __init__(self) -> None:
        self.prefix, self._numbers = f"mm{os.getpid() % 10000}", count(1)
        self.router, self.addresses = f"{self.prefix}-router", {}
        ip("netns", "add", self.router)
        self._in(self.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        ip("-n", self.router, "link", "set", "lo", "up")
        self.here = self._attach("here", None)
        ip("route", "add", f"{SUBNET}.0.0/16", "via", f"{SUBNET}.1.1")

    def add(self, name: str) -> str:
        """A new machine; its address."""
        space = self.space(name)
        ip("netns", "add", space)
        ip("-n", space, "link", "set", "lo", "up")
        return self._attach(name, space)

    def space(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def inside(self, name: str) -> list[str]:
        """What a command begins with that runs on a machine."""
        return ["ip", "netns", "exec", self.space(name)]

    def cut(self, one: str, other: str) -> None:
        self._rules("add", one, other)

    def join(self, one: str, other: str) -> None:
        self._rules("del", one, other)

    def remove(self) -> None:
        ip("route", "del", f"{SUBNET}.0.0/16")
        for name in self.addresses:
            if name != "here":
                ip("netns", "del", self.space(name))
        ip("netns", "del", self.router)

    def _rules(self, verb: str, one: str, other: str) -> None:
        for source, target in ((one, other), (other, one)):
            pair = ("from", self.addresses[source], "to", self.addresses[target])
            ip("-n", self.router, "rule", verb, *pair, "blackhole")

    def _attach(self, name: str, space: str | None) -> str:
        number = next(self._numbers)
        inner, outer = f"{self.prefix}i{number}", f"{self.prefix}o{number}"
        ip("link", "add", inner, "type", "veth", "peer", "name", outer, "netns", self.router)
        if space:
            ip("link", "set", inner, "netns", space)
        within = ("-n", space) if space else ()
        address = f"{SUBNET}.{number}.2"
        ip(*within, "addr", "add", f"{address}/24", "dev", inner)
        ip(*within, "link", "set", inner, "up")
        ip("-n", self.router, "addr", "add", f"{SUBNET}.{number}.1/24", "dev", outer)
        ip("-n", self.router, "link", "set", outer, "up")
        if space:
            ip("-n", space, "route", "add", "default", "via", f"{SUBNET}.{number}.1")
        self.addresses[name] = address
        return address

    def _in(self, space: str, *command: str) -> None:
        subprocess.run(["ip", "netns", "exec", space, *command], check=True, capture_output=True)
