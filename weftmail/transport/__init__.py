"""One way in or out a module: lmtp, spool, smtp, maildir."""
