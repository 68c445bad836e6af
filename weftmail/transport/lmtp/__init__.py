"""The way in by LMTP (RFC 2033): the listener, one session, its DATA, its syntax."""
