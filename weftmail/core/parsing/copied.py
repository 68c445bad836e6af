"""A header that a mail program copied into a text: a block of lines *label: value*, in the languages of mail programs.

Whichever label comes first, with or without a blank behind the colon: two of author, date and subject make one, where
the author bears an address or stands in quotation marks, or a subject is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from weftmail.core.parsing.phrases import words

FROM = words(
    r"""
    from; von; de; från; fra; van; da; lähettäjä; od; от; від; expéditeur; avsändare; afsender; remitente;
    mittente; 发件人; 差出人; 보낸 사람; feladó; kimden; av; lähettäjältä; afzender; nadawca; отправитель;
    寄件者; 寄件人; 送信者; από; emisor; enviado por; 发送人; 发件者; 보낸사람; odesílatel; gönderen;
    frá; frå; 발신; от кого; šalje; odosielateľ; de la; expeditor; pošiljatelj; nuo; no; saatja; kellelt; מאת;
    من; จาก; từ; dari; remitent; відправник
    """
)
"""The author, in a copied header."""
SUBJECT = words(
    r"""
    subject; betreff; objet; sujet; ämne; emne; aihe; onderwerp; oggetto; asunto; assunto; temat; předmět; тема;
    主题; 件名; 제목; tárgy; konu; rubrik; subjekt; 主旨; θέμα; 제 목; tema;
    efni; predmet; subiect; относно; zadeva; temats; teema; נושא; الموضوع; เรื่อง; chủ đề; subjek; perihal; assumpte
    """
)
"""What it is about."""
DATE = words(
    r"""
    date; sent; datum; gesendet; envoyé; skickat; dato; sendt; lähetetty; päivämäärä; verzonden; data; inviato;
    fecha; enviado; wysłano; odesláno; дата; отправлено; 日期; 发送时间; 日付; tarih; sent on; date d'envoi;
    envoyé le; message du; gesendet am; skickat den; sendt den; verzonden op; data invio; inviato il;
    enviado el; enviado em; enviada em; enviada; data de envio; fecha de envío; wysłano dnia; data wysłania;
    дата отправки; отправлена; 日時; 送信日時; 寄件日期; 傳送時間; 傳送日期; ημερομηνία; στάλθηκε;
    보낸 날짜; 날짜; elküldve; dátum; gönderme tarihi; gönderildi; sänt; skickades; lähetyspäivä; päiväys;
    lähetysaika; verzenddatum; data e ora; dagsetning; odoslané; dátum odoslania; trimis; изпратено; надіслано;
    poslano; datum slanja; išsiųsta; nosūtīts; datums; saadetud; kuupäev; נשלח; תאריך; تم الإرسال; أرسلت; التاريخ;
    ส่งเมื่อ; วันที่; đã gửi; ngày; dikirim; tanggal; enviat; sendt dato
    """
)
"""When it was sent."""
TO = words(
    r"""
    to; cc; bcc; an; à; a; copie à; copie; cci; kopie; kopie an; till; kopia; til; kopi; vastaanottaja; kopio;
    aan; para; destinatario; destinatário; destinataire; do; dla; dw; komu; кому; копия; 收件人; 收件者; 抄送;
    副本; 宛先; προς; 받는 사람; címzett; kime; đến; reply-to; antwort an; svar till; répondre à;
    responder a; rispondi a; vastausosoite; importance; attachments; bilagor; anlagen; pièces jointes;
    kópia; către; до; za; prima; kam; adressaat; kellele; koopia; saaja; 수신; prejemnik; אל; עותק; إلى; نسخة;
    ถึง; สำเนา; kepada; tembusan;
    per a; kopija; wichtigkeit; prioritet; viktighet; prioridad
    """
)
"""The other labels of a copied header, which alone make none."""

KINDS = {
    **dict.fromkeys(TO, "to"),
    **dict.fromkeys(DATE, "date"),
    **dict.fromkeys(SUBJECT, "subject"),
    **dict.fromkeys(FROM, "from"),
}
LINES = 16
_WRAPPED = 4
"""So many lines without a label may follow one: a long list of recipients."""
LABEL = re.compile(
    r"^[\s>|*_\u200e\u200f]*+([^\W\d_][\w '\u2019./\u00a0\u3000\u0e31-\u0e4e\u064b-\u0652-]{0,30}+)"
    r"[\s*_]*+[:\uff1a][*_]*+\s*+(.*)$"
)
_SENDER = re.compile(r"@|^[\"'\u201c\u00ab\u201e]")


def fields(lines: list[str], start: int) -> Iterator[tuple[str, str, int]]:
    """Yield kind or label, value, and the line behind it, of each field of a block that begins at ``start``."""
    wrapped, found = 0, False
    for index in range(start, min(start + LINES, len(lines))):
        line = lines[index].lstrip("> |\t\u00a0").rstrip()
        match = LABEL.match(line)
        if match:
            label = " ".join(match[1].casefold().split())
            found, wrapped = True, 0
            yield KINDS.get(label, label), match[2].strip(), index + 1
        elif not line:
            following = LABEL.match(lines[index + 1]) if index + 1 < len(lines) else None
            if not following or " ".join(following[1].casefold().split()) not in KINDS:
                return
        else:
            wrapped += 1
            if not found or wrapped > _WRAPPED:
                return
            yield "", line, index + 1


def begins(line: str) -> bool:
    """Say whether a copied header may begin with this line."""
    match = LABEL.match(line)
    return match is not None and " ".join(match[1].casefold().split()) in KINDS


def block(lines: list[str], start: int) -> int:
    """Return the line behind a copied header that begins at ``start``; 0 where none does."""
    if not begins(lines[start]):
        return 0
    found: dict[str, str] = {}
    end = start
    for kind, value, behind in fields(lines, start):
        if kind:
            found.setdefault(kind, value)
            end = behind
    known = found.keys() & {"from", "date", "subject"}
    if len(known) < 2 or not (found.get("subject") or _SENDER.search(found.get("from", ""))):
        return 0
    return end
