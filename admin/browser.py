"""What a browser calls itself (RFC 9110, 10.1.5), in our own short words; nothing of its own text is kept."""

from __future__ import annotations

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""The first word that stands in the text decides: browsers name those whose pages they want to be shown, too."""


def name_of(agent: str) -> str:
    """Return a short name such as "Firefox, Linux"; "" where neither is known."""
    found = (next((name for word, name in table if word in agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))
