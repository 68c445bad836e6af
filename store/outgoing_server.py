"""Outgoing servers of a store, and how much went by each."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from weftmail.core.outgoing_server import OutgoingServer
from weftmail.store.connection import Connection
from weftmail.store.rows import made, many, one, queries


@dataclass(frozen=True, slots=True)
class ServerUse:
    """What went by a server: within this minute, to one domain within it, and within a day."""

    minute: int
    domain: int
    day: int


class OutgoingServers:
    """The outgoing servers of a store, that of this machine among them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[OutgoingServer]:
        """Return those that are not removed, in the order in which they are asked: this machine's own last."""
        return many(OutgoingServer, queries.outgoing_servers(self._connection))

    def named(self, name: str) -> OutgoingServer | None:
        """Return one by its name, removed or not."""
        return one(OutgoingServer, queries.outgoing_server_by_name(self._connection, name=name))

    def get(self, server_id: int) -> OutgoingServer | None:
        """Return one by its number, unless it was removed."""
        return next((each for each in self.all() if each.id == server_id), None)

    def put(self, server: OutgoingServer) -> OutgoingServer:
        """Add a server, whose number is 0, or store what changed of one."""
        words = asdict(server)
        if server.id:
            queries.outgoing_server_set(self._connection, **words)
            return server
        return replace(server, id=queries.outgoing_server_add(self._connection, **words))

    def use(self, server_id: int, domain: str, minute: int) -> ServerUse:
        """Return what went by a server up to a minute."""
        words = {"server_id": server_id, "domain": domain, "minute": minute, "since": minute - 1440}
        return made(ServerUse, queries.server_use(self._connection, **words))

    def used(self, server_id: int, domain: str, minute: int, count: int) -> None:
        """Add to what went by a server."""
        words = {"server_id": server_id, "domain": domain, "minute": minute, "count": count}
        queries.server_use_add(self._connection, **words)

    def expire(self, minute: int) -> None:
        """Forget what went before a minute."""
        queries.server_use_expire(self._connection, minute=minute)
