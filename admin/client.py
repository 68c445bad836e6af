"""From where a request comes: the address at the other end, or what proxies that the settings name say of it.

A proxy adds the address that it saw at the right of X-Forwarded-For; what stands further left came with the request,
and anybody can write it.  So the field is read from the right, and no further than the first address that is none of
our proxies.  A Unix socket has no address; who may open it is a proxy.  Forwarded (RFC 7239) is not read.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

from starlette.requests import Request

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_HOPS = 20
"""Entries of X-Forwarded-For that are looked at, from the right."""
_SITE = 64
"""Bits of an IPv6 address that name whom a provider gave it to; the others are theirs to choose."""


def client_of(request: Request, proxies: Sequence[Network]) -> str:
    """Return whom to count an attempt against: an IPv4 address, an IPv6 network of 64 bits, or "unknown"."""
    peer = _address(request.client.host) if request.client is not None else None
    # No address: a Unix socket, which whoever set up the site opened for a proxy alone.
    by_socket = request.client is None or not request.client.host
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for entry in said[: -MOST_HOPS - 1 : -1]:
        trusted = by_socket if peer is None else any(peer in network for network in proxies)
        before = _address(entry)
        if not trusted or before is None:
            # A proxy of ours that says nothing we can read: the attempt counts against the proxy.
            break
        peer = before
    if peer is None:
        return "unknown"
    return str(peer) if peer.version == 4 else str(ipaddress.ip_network((peer, _SITE), strict=False))


def _address(text: str) -> Address | None:
    """Read an address as proxies write it: alone, in brackets, with a port."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if found.version == 6 else None
    return mapped or found
