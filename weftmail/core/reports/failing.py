"""The words of letters that say that a mail did not arrive, or not yet: their titles, their heads, what they return.

In English, German, French, Spanish, Portuguese, Italian, the Nordic languages, Dutch, Polish, Russian, Chinese and
Japanese, as the large mail servers have them.
"""

from __future__ import annotations

import re

from weftmail.core.reports import reason
from weftmail.core.reports.causes import UNKNOWN_USER


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.I)


_FAILED = (
    r"undeliver(?:ed|able)|non[- ]?deliver",
    r"(?:returned|return(?:ing)?|failed|rejected|bounced) (?:e-?)?mail|returned (?:to sender|:)|returned: ",
    r"failure notice|(?:failed|failure) (?:delivery|notification)",
    r"delivery (?:\w+ )?(?:has |is |was )?(?:fail(?:ed|ure)|error|problem|status|delay|report|abort)",
    r"delivery (?:status )?notification",
    r"(?:could not|cannot|not|n['’]t|unable to) (?:be )?(?:yet )?(?:been )?(?:send|sent|deliver)",
    r"(?:mail|message|warning)\b.{0,60}\b(?:delayed|postponed)|warning: (?:could not send|message)",
    r"(?:mail (?:system|transaction)|processing|sending) (?:error|failed)",
    r"error (?:while |in |when )?(?:\w+ )?(?:sending|deliver)|rejected (?:mail|message)",
    r"unzustellbar|nicht (?:zugestellt|zustellbar)|zustellungsfehler",
    r"zustellung (?:\w+ ){0,3}(?:fehlgeschlagen|gescheitert|verzögert)",
    r"(?:remise|livraison|distribution)[^.\n]{0,60}retardée|entrega[^.\n]{0,30}(?:retras|demorad|atrasad)",
    r"consegna[^.\n]{0,30}ritard|leverans\w{0,3}[^.\n]{0,30}(?:fördröj|försena)|levering\w{0,2}[^.\n]{0,30}forsink",
    (
        r"(?:bezorging|aflevering)[^.\n]{0,30}vertraag|toimit\w{0,8}[^.\n]{0,30}viiväst|(?:dostarcz"
        r"|doręcz)\w{0,5}[^.\n]{0,30}opóźni"
    ),
    r"доставк\w{0,2}[^.\n]{0,30}(?:задерж|отложен)|levering\w{0,2}[^.\n]{0,60}mislyk|сбой доставки",
    r"non (?:remis|distribué|délivré)|échec (?:de (?:la )?)?(?:remise|distribution|livraison)",
    r"pas (?:pu être|été) (?:remis|distribué|livré)",
    r"no (?:se (?:ha )?(?:pudo|puede|podido) )?entrega(?:r|do|ble)|error de entrega|entrega fallida|no entregad",
    r"não (?:foi )?(?:entregue|possível entregar)|falha (?:na|de) entrega|mensagem devolvida",
    (
        r"non (?:recapitabile|consegnat[oa])|(?:mancata|errore di) consegna|(?:consegna|recapito) fallit[ao]"
        r"|impossibile recapitare"
    ),
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|kon niet worden (?:bezorgd|afgeleverd)",
    r"(?:kunde|kan) inte leverera|olevererbar|ej leverera|går inte att leverera|leveransfel",
    r"(?:kunne|kan) ikke leveres|ikke (?:levert|leveret)|kunne ikke levere|leveringsfeil|leveringsfejl",
    r"toimitta(?:minen|mista) epäonnistui|ei voitu toimittaa|toimitusvirhe",
    r"nie (?:dostarczon|można dostarczyć|została dostarczona)|niedostarcz|niedoręczon",
    (
        r"nedoručiteln|(?:ne)?doruč\w{1,6}[^.\n]{0,20}(?:se nezdařilo|selhalo|nebyl)|nepodařilo doručit"
        r"|nelze doručit|nedoručen"
    ),
    r"kézbesíthetetlen|(?:nem|sikertelen)[^.\n]{0,30}kézbesít|teslim edilemedi|teslim(?:at)? (?:başarısız|edilemiyor)",
    r"δεν παραδόθηκε|(?:αποτυχία|απέτυχε)[^.\n]{0,20}παράδοσ|παράδοση απέτυχε|δεν ήταν δυνατή η παράδοση",
    r"nelivrabil|livrarea (?:nu a reușit|a eșuat)|nu a putut fi livrat|не (?:вдалося )?достав(?:ити|лено)|недоставлен",
    r"неуспешна доставка|не (?:може|можа) да бъде доставен|isporuka nije uspjela|nije (?:isporučen|moguće isporučiti)",
    r"배달되지 않|(?:배달|전송|전달)(?:하지|되지)? ?(?:못|실패)|반송|수신 ?실패",
    r"не ?доставлен|не удал[оа]сь доставить|невозможно доставить|недоставлен|ошибка доставки",
    r"(?:退信|无法(?:送达|投递|传递|发送)|無法(?:送達|投遞|傳遞|傳送)|未(?:送达|能送达|送達|投递|傳遞)|投递失败|投遞失敗)",
    r"(?:配信|送信|配達|お届け)(?:が)?(?:でき(?:ません|なかった|ない)|不能|失敗|エラー)|(?:不達|エラーメール|メールエラー)",
)
FAILED = _any(*_FAILED)
"""A title, or a sentence, says that mail was not delivered."""
_ARRIVED = (
    r"(?:could ?n[o'’]t|cannot) (?:yet )?be (?:handed|passed|reached|sent|delivered)",
    r"(?:did|has|have|had) not (?:\w+ )?(?:reached?|arrived?)|reached (?:nobody|no\w{0,12})",
    r"(?:mail|message|e-?mail)\b[^.\n]{0,80}\b(?:come back|bounced|postponed|put off)",
    r"(?:mail|message|e?-?mail)\b[^.\n]{0,80}\b(?:deferred|not accepted|refused|rejected|held up)",
    r"(?:following|these) (?:recipients?|addresse?s?)[^.\n]{0,40}(?:fail|not|reject)|were not reached",
    r"permanent (?:fatal )?errors?",
    r"nicht (?:erreicht|angekommen|ausgeliefert)|n['’](?:est|a) pas (?:arrivé|été|pu)|n['’]ont pas (?:été|pu)",
    r"no (?:ha )?(?:llegado|llegó)|não chegou|non è (?:arrivat|stat[oa])|kom(?:mer)? (?:inte|ikke) fr[ae]m|inte nått",
    (
        r"nebyl\w? doručen|nem érkezett meg|ulaşmadı|δεν έφτασε|nu a ajuns|не надійшл|ei (?:saapunut|tavoittanut)"
        r"|nie dotarł|не дош|没有(?:送|到)达|届けでき|届き?ません"
        r"|(?:配信|配達|送信)されてい?ません|配信できま|送信できません"
    ),
)
_WORDED = _any(*_FAILED, *_ARRIVED)
_REPLY = re.compile(r"(?m)^\W{0,8}(?:SMTP )?[45]\d\d[ -]")
_HEAD = 1500

RETURNED = re.compile(
    "|".join(
        (
            (
                r"^[ \t>]*-{2,}+.{0,80}(?:original|returned|copy|below this line|unsent|undelivered"
                r"|your (?:e-?mail|mail|message)|message (?:body|header|text|follows)).*$"
            ),
            (
                r"^[ \t>*]*(?:(?:this|here|the|an?|your|below|following|is|are|attached|of) ){0,4}"
                r"(?:copy of (?:the|your)|original (?:message|mail|headers?)(?! was received)|returned message"
                r"|message headers?)"
                r".{0,60}:?[ \t]*-*$"
            ),
            r"^[ \t>]*(?:Return-Path|Received|MIME-Version|X-Mailer|DKIM-Signature|Message-I[dD]|References):.*$",
        )
    ),
    re.M | re.I,
)
"""Where the returned message begins that stands in the same text."""
DELAYED = _any(
    r"delay(?:ed)?\b|(?:will|shall) (?:be )?(?:continue|retr|keep|try|go on)",
    r"still (?:be(?:ing)?|in|try)",
    r"not yet (?:be(?:en)? )?(?:deliver|hand|reach)|(?:do not|no) need to (?:re)?send|no action is required|postponed",
    r"(?:keep(?:s|ing)?|go(?:es|ing)? on) trying|put off|deferred",
    r"(?:new|another|next|further) attempt",
    r"(?:will|shall|['’]ll) (?:re)?try|transient|temporar(?:y|ily) fail(?!ure in name)",
    (
        r"(?:wird (?:weiter|erneut) versucht|versucht es (?:weiter|noch))|zustellung unvollständig|opožděn"
        r"|zpožděn|gecik|késik|καθυστέρησ"
    ),
    r"verzöger|verspätet|nouvelle tentative|retard|différée?",
    r"se (?:seguirá|volverá a) intent|retras|demorad|tentaremos novamente|atrasad|ritard|nuovo tentativo",
    r"vertraag|försöker igen|fördröj|försena|forsink|prøver igen|viiväst|yritetään uudelleen|opóźni|ponowi",
    r"задерж|отложен|повтор\w{0,12} попыт|延[迟遲誤误]|稍后重试|遅延|遅れ",
    r"再送(?:信)?を?(?:行い|試み|続け|いたし|し)ます",
)
_CONDITION = re.compile(
    r"(?i)(?<!\w)(?:if|in case|unless|wenn|falls|si|s['’]il|en cas|se (?:a|o|la|il|non|não|l['’])|caso|als|indien"
    r"|om|hvis|dersom|jos"
    r"|jeśli|jeżeli|если|pokud|ha)\b[^.\n]*"
)
FINAL = _any(
    (
        r"(?<!fails )permanent|giving up|given up|gave up|could not be delivered(?! for more than)|has failed"
        r"|undeliverable|expired"
    ),
    r"unable to deliver|not try again|no (?:new|more|further) attempt",
    r"endgültig|aufgegeben|définiti|abandonn|definitiv|abbandonat|окончательно",
)


def worded(letter: str) -> bool:
    """Say whether the head of a letter says that a mail was not delivered: in words, or as a server's reply."""
    head = letter[:_HEAD]
    # A sentence goes over lines, and has an address in its midst.
    sentences = " ".join(reason.without_addresses(head).split())
    return bool(_WORDED.search(sentences) or _REPLY.search(head) or UNKNOWN_USER.search(sentences))


def final(letter: str) -> bool:
    """Say whether it is over; what happens if a later attempt fails as well is another matter."""
    return bool(FINAL.search(_CONDITION.sub("", letter)))
