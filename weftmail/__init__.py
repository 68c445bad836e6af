"""weftmail: every email finds its record."""

__version__ = "0.1.0"
