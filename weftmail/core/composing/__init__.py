"""From a stored message to a mail that leaves: header fields, notification, DKIM signatures."""
