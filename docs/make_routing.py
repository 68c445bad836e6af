"""Writes docs/routing.md from the tables of the code: the order of the rules, and who may post.

Run it after a change of weftmail/core/routing/rules.py:  .venv/bin/python docs/make_routing.py
"""

from __future__ import annotations

import inspect
from pathlib import Path

from weftmail.core.routing.posting import WHO_MAY_POST
from weftmail.core.routing.rules import RULES
from weftmail.core.wording.sentences import say

HEAD = """\
# Where an email goes, and who may post

*This page is written by `docs/make_routing.py` from `rules.py` and `posting.py` in `weftmail/core/routing/`; a test
compares them.*

A delivery is one recipient of one email. weftmail asks the rules below in their order, and the first that decides ends
it. It looks at the address that the mail server delivered to (the envelope), never at To or Cc; the one exception is
the forward rule inside *references*. A thread is never found by subject or by number. Every answer of every rule is
kept with the email: `mail-admin inbound show ID` prints it, and so does *Why is this here?* on the page.

To ask what would happen to an email without filing it, run
`mail-ingest --explain --recipient=ADDR < mail.eml`: the same function gives the answer.

## The rules, in their order

| | rule | what it does |
|---|---|---|
"""

POST = """
## Who may post

Which thread an email belongs to and whether its sender may post there are two questions. For email that found its
thread, this table is asked from top to bottom. *Verified*, for an outsider, means that DKIM or SPF vouches for the
address in From (aligned, as DMARC asks). A colleague needs more: a signature of the domain in From, or a login of their
own at our mail server. Two addresses in From prove nothing, and proof is read only from fields that our own mail server
wrote above its own Received.

A signature reaches no further than what it covers, and does not say to whom an email is sent now. It makes an email a
colleague's where all of this holds, at every address:

- Each signature of the domain covers From, Date and Subject, and none has `l=`.
- None of From, To, Cc, Subject, Date, In-Reply-To, References, Reply-To, Message-ID, Auto-Submitted, MIME-Version and
  Content-* stands twice, or is written so that another program may read it differently; the header holds no line
  without a field, no carriage return alone and no NUL.
- Content-Type and Content-Transfer-Encoding are signed, or the body shows by itself that it is what they say.
- It was meant to come: a signed To or Cc names the address that it was delivered to, or that is a reply address which
  colleagues alone were given, or SPF passed for the domain in From.

Of such an email, To, Cc, Reply-To, In-Reply-To and References are read where they are signed. What is signed and does
not meet this is held, at aliases too, with the reason and what to do about it. A login needs none of it.

| what names the thread | verified | sender, and what happens |
|---|---|---|
"""

FOOT = """
## What follows from it

- An email of an outsider is never sent on to another outsider.
- No email of somebody outside adds a follower, shows a thread to anybody, or changes the customer of a record. A
  verified colleague who writes, by email, on the page or by a command, follows; who was taken off the followers stays
  off until somebody adds them, whatever they write. Who answers by email has read what the inbox holds of the record.
- An answer from outside to a closed record opens it again, opens a new one, or is held: as the alias that opened the
  record says, else as its type does. The new record has owner and followers of the closed one, and both name each
  other. An automatic answer is filed and opens nothing. Changes of state, owner and followers
  by hand are events in the conversation.
- The name of an alias is cleaned by one rule (`weftmail/core/alias_name.py`): blanks around it go, letters become small
  and composed, the domain an A-label. Refused, with the reason, is what no mail could come to: a plus part, blanks,
  dots that begin, end or stand together, quotes, and letters that mail servers read as a route, such as percent signs.
- An alias, a system address, and the address that an alias answers as are ours: nobody outside is known by them, and
  nothing is sent there.
- Where From names a program (`noreply@`), a list (a name with *via*, X-Original-From) or an address of ours, and
  X-Original-From or Reply-To names one other person outside, that person is the customer of the record that the email
  opens: unverified, and From is shown beside them. An alias names *addresses of web forms*; in their verified email the
  person may also stand in a labelled line of the text (*Email:*, *E-post:*). In answers, and at aliases that take
  `known` people or `participants`, such a person counts only where From is verified and is ours, in a domain of ours (a
  list in front of us), or a form that the alias names. Nobody becomes a colleague so.
- A verified colleague who forwards an email to an alias that opens records, inline or as an attachment, brings its
  author: they are the customer, the message is marked *forwarded by* the colleague, who follows the record, and the
  title is that of what was forwarded.
- An answer to a verified email goes to the one other address that its Reply-To asks for. Both addresses are shown: on
  the message, in the composer, and in the notification, which names From at its head and, at its foot, who gets an
  answer. The Reply-To of an unverified email is only offered in the composer: a forger could choose it.
- Each record has an address of its own (`record+...@`, on its page and in `mail-admin record show`). What a verified
  colleague sends from their mail program to somebody outside, with this address in To, Cc or Bcc, stands on the record
  as their message; nothing is sent on to outsiders, and whom it names takes part. To colleagues alone it is a note.
  It counts as an address that colleagues alone were given until an email shows it to somebody outside. Nobody gets
  in by it: others are judged by the table above.
- Where no id is ours, an id that two emails to one alias share brings them together, if each names the other's author
  and a week at most lies between them. The id may be that of the later email itself. Of ids in In-Reply-To and
  References the last 50 are looked up, after encoded words are decoded.
- An alias reads more where it says so: a pattern of subjects (`Order {order} of {customer}`) fills fields; with
  `--reads expense` reference, amount and employee are read, and what does not come from a verified colleague is held;
  with `--each pdf` each PDF opens a record; with `--machines hold` what programs send of their own accord is held.
  A value that is none of its field's kind is left out. Of several amounts the one behind a word such as *Total* counts,
  else nobody guesses.
- What your own spam filter marks is held by the alias, with `--spam drop` dropped, and with `--spam nothing` treated
  like all else. Only the field counts that `mail-admin spam probe` found to be your filter's, in its place, and once: a
  stranger's, one below the hop where the email came in, or a doubled one does nothing. Answers that find their record,
  and a verified colleague's email, are not asked. What the virus scanner finds infected is held wherever it goes, and
  nobody can release it.
- A date that is more than a week before the first server had the email, or before the record that it answers, does not
  count: the time of arrival does.
- Images in the HTML itself (`data:`) are kept as inline files, 50 of one email at most.
- The customer of a record opened by hand takes part in it, and is whom the first message goes to. Where an email has no
  name beside its author's address, the name of the contact stands.
- Those whom a verified participant puts in Cc take part in that one message; those whom a colleague names take part in
  the conversation. An unverified email makes nobody a participant.
- A reply address that is wrong, from an old epoch, or of a person who was taken out of the conversation counts as
  none: the email is looked at by its references, and else waits in the review queue under *No match*. The trace says
  which it was.
- Of several threads that an email names, the one that the delivered alias opened comes first, then one in which the
  sender takes part, then that of the newest message. Within the thread the newest message named decides whether the
  answer stays inside.
- weftmail says in `X-Weftmail-Hops` of all that leaves how many installations of weftmail passed it on, each because of
  the one before; a person's own mail program does not repeat that. What four have passed on is held.
- Two programs that answer each other make *turns*: emails after which something of ours went to their sender, to whom
  the email says an answer goes, or to the user who has that address. After 20 turns within an hour with one record, or
  with one alias, further email of that sender to that place is held (the rule *turns*), one notice tells of all, and it
  opens again when an hour has passed without email from there. Several emails before an answer are one turn. Verified
  and unverified email of one address are counted apart. Who gets nothing from us makes no turns: a shop, a form or a
  scanner is never held; admins are told of more than 200 emails within an hour, once a day. `mail-admin exemption add`
  exempts a sender.
- Whoever answers under another name than our email went to makes no turns: a program that takes another address for
  each answer, a mailing list that takes our fields out. But all that goes round passes a colleague who is notified by
  email. So of senders of one domain who never wrote before, of our own addresses, and of whatever holds a link to one
  of our records, 20 emails within an hour to one alias are told by email; further ones are filed as ever, and told in
  the inbox alone for 15 minutes. A loop ends in that silence; nothing is held, one notice a day says so, and an
  exemption of the domain lifts the bound. What follows the one before it within a fifth of a second answers nothing,
  and does not count. Verified and unverified count apart. Of one sender who wrote before and gets nothing from us, such
  as a program behind an address that forwards, the bound is the same. A shop goes on in that silence: its email comes
  although nothing was told by email for ten minutes, so it answers nothing, and is told by email again for four hours.
- Our own email that comes back is known by its field `X-Weftmail-Loop`, or by its Message-ID.
- Nothing is discarded but our own email that came back, or what goes round in circles. Words in a subject or a
  display name discard nothing. By its words alone an email is an automatic answer only under a program's own title:
  the words and a colon, in brackets, or "AUTO:", and not where the title of the conversation holds them; or as a
  challenge, an answer that asks to follow a link so that its email is taken. With the null sender it is one if it
  answers something, or begins with such words or with thanks for a message; its first sentences are asked as well,
  behind "Re:" also beside a header field that programs set. The words are known in 15 languages. A bounce comes from
  nobody or from the address of a daemon, of postmaster or of a mail gateway, and names a failed recipient.
- A bounce without the fields of a report is known by its title, or by words of failure at its head beside an address
  that leads a line or a returned message. Notifications of Amazon SES (JSON, by SNS) are reports, too. The fields of
  a report are read as well where its MIME was lost, and in an attached message. An address of ours counts as the
  failed one only where no other is named; "(generated from ...)" names the address that was written to.
- A failure is *hard*, and nothing is sent to the address again, where a status or words are about the address, or where
  550, 551 or 553 answered RCPT. What answered the connection, EHLO or MAIL FROM is about us, what answered DATA about
  the message; there only "no such user" is hard. The far server's own status and words come before the status that the
  reporting server stated, and 4.x.x is soft unless the words say that there is no such user.
- By our own return path a report settles the delivery that it was made for, whatever address it names: *bounced*,
  *delayed* or *delivered*, with the words of the mail server; states move forward alone. Of a copy that colleagues
  share it is the one who is named. Taking somebody out of a conversation does not stop that. A report that only returns
  our Message-ID, which each recipient has, stands on the record as *unconfirmed*, is told in the inbox, and changes
  nothing. A complaint counts where a provider that `complaint_providers` names has signed it.
- What a program answered, and a report without our return path or Message-ID, is filed on its conversation where it
  belongs to one, or set aside: listed under *Held* or *No match*, told in the inbox and never by email, and filed by
  the button *File
  it* there. A colleague's own automatic answer lies inside the conversation.
- What a program sent of its own accord opens a record and is told to its owner. More than 200 emails of one sender
  within an hour are told in the inbox alone.

- What an answer quotes is found by its shape: an introduction is a short line that ends in a colon and holds an address
  in brackets and a date, in any language; a copied header has two of author, date and subject. A forward without words
  of its own is what was forwarded.
- A colleague's answer goes out with all that they wrote. Cut is what is certainly quoted, our notification (by its
  mark, its words or the cite block around it) and what stands below "-- ". In doubt it is sent. Lines of our foot go
  wherever they stand; where one still stands, or a reply address or a sign-in link, the answer is held for its author
  (the rule *own lines*), who is told. Where the team of the record holds an answer that crosses another, so is one
  that was written before somebody else wrote there, unless its author read that on the page or their email refers to
  it (the rule *crossing*). Elsewhere it goes out, and where a colleague answered within the 15 minutes before it, its
  author is told.

## Who is told

- A new record and an answer from outside: the followers. Where none of them is active and may answer, the first of
  these who is: the owner, the team, the owner of the alias, the company's admins, the installation's admins.
- Email that is held, fits nowhere or ended in an error: the same line from the owner on. Email that bears a colleague's
  address: that colleague, or the admins where they may only read. Whoever is told may decide on it. What a loop holds:
  the line and the admins, one notice for all.
- A message that did not reach everybody: its author, else the line. A new owner and a new follower: that person, unless
  they did it themselves.
- All of it stands in the inbox at once. Messages leave as notifications to those who prefer email, each at once.
  Notices of the rest leave to them as one email in 15 minutes at most, without a word from outside.
- Nobody is spared a copy for standing in To or Cc; only their author gets none. An outsider to whom a verified
  colleague sent the email directly gets no second one.
"""


BEHAVIOURS = """
## What mail gateways do, and what this one does

Behaviours that people know from other mail gateways, each with the test that holds it here (`docs/behaviours.csv`; the
numbers are its own). Where weftmail chose otherwise, the reason stands beside it.

| | what comes, and what happens | held by |
|---|---|---|
"""
OTHERWISE = """
### Where weftmail chose otherwise

| | what comes, and what is usual | here, and why | held by |
|---|---|---|---|
"""


def behaviours() -> list[list[str]]:
    """Return the rows of the table: number, behaviour, why it is otherwise here, and tests with blanks between."""
    text = Path(__file__).with_name("behaviours.csv").read_text(encoding="utf-8")
    return [line.split(";") for line in text.splitlines()]


def _held_by(tests: str) -> str:
    return ", ".join(f"`{one.rpartition('::')[2]}`" for one in tests.split())


def compared() -> str:
    """Return both tables: what is the same here, and what is not."""
    same = [f"| {number} | {said} | {_held_by(tests)} |" for number, said, why, tests in behaviours() if not why]
    other = [f"| {number} | {said} | {why} | {_held_by(tests)} |" for number, said, why, tests in behaviours() if why]
    return BEHAVIOURS + "\n".join(same) + "\n" + OTHERWISE + "\n".join(other) + "\n"


def page() -> str:
    """Return the text of docs/routing.md."""
    rules = [
        f"| {number} | {name} | {' '.join((inspect.getdoc(rule) or '').split())} |"
        for number, (name, rule) in enumerate(RULES.items(), start=1)
    ]
    rows = [f"| {row.carrier} | {row.verified} | {say(row.then)} |" for row in WHO_MAY_POST]
    return HEAD + "\n".join(rules) + "\n" + POST + "\n".join(rows) + "\n" + FOOT + compared()


if __name__ == "__main__":
    Path(__file__).with_name("routing.md").write_text(page(), encoding="utf-8")
