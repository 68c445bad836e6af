"""What a person sets up, on the site or from the shell: one module a noun, one function an act.

An act takes plain values, checks every rule, and answers with what it did or with a ``Refusal``.
"""
