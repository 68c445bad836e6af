#!/usr/bin/python3 -I
"""What a pipe program usually is: the mail is parsed by ``email``, and goes into SQLite with one commit."""

import email
import email.policy
import os
import sqlite3
import sys

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw)
store = sqlite3.connect(os.path.dirname(sys.argv[0]) + "/kept/mail.db", timeout=60, isolation_level=None)
store.execute("pragma synchronous = full")
store.execute("begin immediate")
store.execute(
    "insert into mail (sender, subject, message_id, raw) values (?, ?, ?, ?)",
    (message["From"], message["Subject"], message["Message-ID"], raw),
)
store.execute("commit")
