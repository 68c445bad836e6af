"""The floor of sending: ``smtplib`` on one kept connection hands over mails that lie ready, and signs nothing.

    client.py HOST PORT SENDER RECIPIENT FOLDER

Prints the times at which the first mail and the last one had been taken.
"""

from __future__ import annotations

import os
import smtplib
import sys
import time


def main(host: str, port: str, sender: str, recipient: str, folder: str) -> None:
    """Send each file of the folder."""
    mails = []
    for entry in os.scandir(folder):
        with open(entry.path, "rb") as file:
            mails.append(file.read())
    times = []
    with smtplib.SMTP(host, int(port)) as client:
        for raw in mails:
            client.sendmail(sender, [recipient], raw)
            times.append(time.monotonic())
    print(times[0], times[-1], flush=True)


main(*sys.argv[1:])
