"""A colleague unfollows by email: by the address for it in a notification's foot, which leads nowhere else.

The address names a record and nobody: who is meant is whoever writes, and only who is verified as a colleague.  No word
of the mail is read, so that no answer can be taken for it, and none of it can reach anybody.
"""

from __future__ import annotations

from dataclasses import replace

from weftmail.core.routing.case import Case, Verdict
from weftmail.core.routing.disposition import Discard, Hold, Unfollow
from weftmail.core.routing.facts import LEAVING, Referred
from weftmail.core.routing.posting import held
from weftmail.core.wording.phrase import Phrase


def unfollow(case: Case) -> Verdict:
    """A verified colleague who writes to the address for it in a notification's foot unfollows the record, or all of
    its type; the mail is kept in the log alone. What nothing proves to be theirs changes nothing, and they are told."""
    found, sender = case.facts.by_token, case.facts.sender
    if found is None or found.purpose not in LEAVING:
        return Verdict(None, Phrase("unfollow.none"))
    if case.automatic or case.automatic_answer:
        return Verdict(_aside(found, Phrase("unfollow.automatic")), Phrase("unfollow.automatic"))
    if sender.user_id is None:
        return Verdict(_aside(found, Phrase("unfollow.stranger")), Phrase("unfollow.stranger"))
    of_type, name = found.purpose == "unfollow type", sender.name or sender.address
    doubt = None if sender.verified_as_colleague else sender.doubt or Phrase("held.unverified")
    if doubt is not None:
        why = Phrase("unfollow.unverified", {"why": doubt})
    elif of_type:
        why = Phrase("unfollow.type", {"name": name, "type": found.record_type})
    else:
        why = Phrase("unfollow.record", {"name": name, "record": found.record})
    wanted = Unfollow(sender.user_id, found.record_id, of_type, doubt)
    return Verdict(Discard(why, found.company_id, unfollow=wanted), why)


def _aside(found: Referred, why: Phrase) -> Hold:
    """What nobody of ours wrote waits on the record, and answers nothing there."""
    return replace(held(found, why, reach="inbox"), answers=None)
