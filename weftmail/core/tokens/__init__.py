"""Signed labels: the keys, the locator in a Message-ID, the token in a reply address."""
