"""The ways by which a message leaves, a module each.

Which channels there are stands in the table ``channel``.  The inbox is among them and has no module: what is read on
the pages does not leave.
"""
