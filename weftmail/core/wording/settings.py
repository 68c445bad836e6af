"""What each setting means: those of the file, and those that may be changed while everything runs."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

SETTINGS: Final = {
    # The file.
    "setting.state": marked("The folder of the store, the keys, the sockets and the mail server's map"),
    "setting.hostname": marked(
        'The name that your mail server gives itself after "by" in Received; empty: this server\'s own name'
    ),
    "setting.authserv_id": marked(
        "The name under which your mail server's milter reports authentication; empty: no report is believed"
    ),
    "setting.authentication": marked(
        "Who checks SPF, DKIM and DMARC: own, milter, none; auto: the milter where it is named, else weftmail itself"
    ),
    "setting.relays": marked("Our own relays and backup mail servers, which hand over other people's email"),
    "setting.spam_field": marked("The field that your own spam filter writes, and where; empty: none counts"),
    "setting.complaint_providers": marked(
        "Domains of mail providers whose signed complaints (ARF) count, with commas between; empty: none"
    ),
    "setting.metrics": marked("Where the site answers Prometheus: HOST:PORT on this machine itself; empty: nowhere"),
    "setting.clamd": marked("Where the virus scanner clamd listens: unix:PATH or HOST:PORT; empty: nobody scans"),
    "setting.mail_log": marked(
        "The mail server's log, which says what became of email that left; empty: it is not read"
    ),
    "setting.backups": marked("The folder of the backups"),
    "setting.backup_key": marked("The public key, of age or SSH, by which backups are encrypted; empty: they are not"),
    "setting.clamd_dead": marked("What becomes of email while clamd does not answer: wait or pass"),
    "setting.smtp": marked("Where outgoing email is handed over: HOST:PORT, or a folder in the demo"),
    "setting.site": marked("Where this site listens: HOST:PORT"),
    "setting.site_url": marked("The address of this site in links; empty: made of where it listens"),
    "setting.proxies": marked("The proxies in front of this site, which say who their clients are"),
    "setting.mail_owner": marked("The system user as which your mail server hands over email by LMTP"),
    "setting.dns_looks": marked("The site asks each day what the DNS has of each domain"),
    "setting.files_size": marked(
        "Megabytes that the files of one message may have together: in the browser, by the command, in what leaves"
    ),
    "setting.demo": marked("The demo: no email leaves this machine"),
    # The store.
    "setting.notices_apart": marked("Minutes between two emails of notices to one person"),
    "setting.second_factor": marked("Everybody has to have a second factor"),
    "setting.sending_paused": marked("Pause sending: while it is on, email waits, and nothing leaves"),
    "setting.session_days": marked("Days after which somebody has to sign in again"),
}
"""Each sentence by "setting." and the name of a setting."""
