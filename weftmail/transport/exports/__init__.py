"""Exports of other programs, each read by a module of its own into the conversations of ``weftmail.core.imported``."""
