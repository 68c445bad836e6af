"""The commands of mail-admin: one module a noun, each with ``build``, which adds its verbs to a parser."""
