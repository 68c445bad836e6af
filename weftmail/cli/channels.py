"""The registry of the channels by which something leaves, built of the settings; a new one is a line here."""

from __future__ import annotations

from collections.abc import Mapping

from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.core.ports import Submitter
from weftmail.flow.channels.channel import Channel, registry
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.installation import Installation
from weftmail.store.store import Store


def channels(config: Config, store: Store, installation: Installation, submitter: Submitter) -> Mapping[str, Channel]:
    """Return every channel that the settings set up."""
    return registry(
        (EmailChannel(store, installation, submitter, lambda domain: runtime.signing_keys(config, domain)),)
    )
