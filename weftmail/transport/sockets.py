"""Who may use a Unix socket of ours."""

from __future__ import annotations

import contextlib
import grp
import os

GROUP = "weftmap"
"""The group through which the mail server reaches what is ours."""


def share(path: str) -> None:
    """Let the owner and the mail server's group, where there is such a group, use the socket at ``path``."""
    os.chmod(path, 0o660)
    # Without the group there is no mail server installed; a user outside of it runs a demo beside one.
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(path, -1, grp.getgrnam(GROUP).gr_gid)
