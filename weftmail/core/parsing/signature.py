"""What stands under a letter and is no part of it: a signature, and the line that a phone puts there.

In doubt it stays: a signature is marked, or it is a few short lines at the very end; a sentence is never one.
"""

from __future__ import annotations

import re

from weftmail.core.parsing.phrases import any_of, words

SENT_FROM = words(
    r"""
    sent (?:from|via|with|using); from my; envoyé (?:depuis|de|à partir|avec|par|via|via mon); skickat (?:från|via|med);
    von meine[mr]; (?:gesendet|versendet|verschickt|geschickt) (?:von|mit|aus|über|via);
    diese (?:nachricht|e-?mail|mail) wurde (?:von|mit|über); sänt (?:från|via|med); sendt (?:fra|via|med); lähetetty;
    (?:verzonden|verstuurd|gestuurd) (?:vanaf|met|vanuit|via|van|door);
    inviat[oa] (?:da|dal|dalla|dall'|con|tramite|via);
    enviad[oa] (?:desde|do|da|de|a partir|con|com|pelo|via); wysłan[eoay] (?:z|ze|przy|za pomocą|przez);
    отправлено (?:с|со|из|через); надіслано (?:з|із); odesláno (?:z|ze); στάλθηκε από; εστάλη από;
    발신; 나의; 发自(?:我的)?; 發自(?:我的)?; 来自(?:我的)?; 來自(?:我的)?; 从(?:我的)?; 從(?:我的)?; 傳送自(?:我的)?;
    寄件自(?:我的)?; skickades från; sendt frå; elküldve; trimis (?:de pe|din|cu|prin); изпратено (?:от|с|чрез);
    poslano (?:s|z|iz|sa);
    odoslané (?:z|zo|cez); saadetud; enviat (?:des|amb|del); išsiųsta (?:iš|naudojant); nosūtīts no; gửi từ; đã gửi từ;
    ส่งจาก; נשלח; أُ?رسل(?:ت)? من; dikirim (?:dari|dengan|melalui)
    """
)
"""How a line begins that a program puts under a message of its own accord."""
SENT_LAST = words("gesendet; geschickt; verschickt; gönderildi; küldve; 发送; 傳送; 寄出; 보냄; 送信")
"""How such a line ends where the verb comes last."""
DEVICES = words(
    r"""
    i-?phon\w*; i-?pad\w*; i-?pod; macbook\w*; android\w*; blackberry\w*; samsung\w*; galaxy\w*; huawei\w*; xiaomi\w*;
    redmi; oneplus; nokia; motorola; htc; alcatel; wiko; oppo; xperia; lumia; google pixel; windows (?:mail|phone|pc);
    smart ?phone\w*; smarttelefon\w*; älypuhelim\w*; tablet\w*; mobile; mobil\w*; mobiel\w*; móvil(?:es)?;
    celular; cell; cellulare; cellphone; handy;
    phone; telefon\w*; téléphone; teléfono; telefone; telefoon; puhelim\w*; matkapuhelim\w*; komórk\w*; outlook;
    (?:apple |windows )?mail (?:for|för|für|pour|voor|per|para|til|dla|pro); edison mail;
    (?:e-?post|e-?mail|correo|courrier|posta|poczta|pošta|sähköposti|почта)
    (?:for|för|für|pour|voor|per|para|til|dla|pro|для);
    mailbox; airmail; gmail; yahoo\w*; hotmail;
    proton ?mail; proton; tuta\w*; spark; typeapp; bluemail; thunderbird; superhuman; gmx; web\.de; fastmail; zoho\w*;
    mailbird; mail\.ru; почты; почта; яндекс\S*; телефона; смартфона; айфона; 手机; 手機; 邮箱; 郵箱; pda; treo; device
    """
)
"""What such a line names: a device, or a program."""
OFFERED = words(
    r"""
    get; download; obtenez; obtenir; téléchargez; télécharger; holen sie sich; hol dir; laden sie; hämta; skaffa; hent;
    få; hanki; lataa; downloaden?; haal; scarica; ottieni; descarga; obtener; obtén; obter; baixe; pobierz; скачать;
    获取; 下载; 取得; 下載; stáhnout; stiahnuť; letöltés; завантажити; preuzmite
    """
)
"""How a line begins by which a program offers itself."""
FETCHED = words("downloaden; herunterladen; ladda ner; hämta")
"""How such a line ends where the verb comes last."""
_PROGRAMS = r"(?:outlook|bluemail|yahoo mail|proton ?mail|spark|typeapp|mailbird|edison mail|aqua mail)"
_SHORT = 70
_LINK = re.compile(r"<[^<>]*>|\((?:https?:|www\.)[^()\s]*\)|\[(?:https?:)?//[^\]\s]*\]|https?:\S*|[\[\]*_]")
_DEVICE = re.compile(
    rf"^[\W_]*+(?:{any_of(SENT_FROM)}\s?(?:\S{{1,15}}\s){{0,4}}?\S{{0,4}}{any_of(DEVICES)}"
    rf"|{any_of(OFFERED)}\s?(?:ap[pl]\S{{0,9}}\s)?{_PROGRAMS}|{_PROGRAMS}\s(?:voor|für"
    rf"|för)\s\S{{1,15}}\s{any_of(FETCHED)})\b"
    r"(?:['’-]\S{0,15})?(?:\s\S{1,25}){0,5}$"
    rf"|^(?:\S{{1,12}}\s){{0,2}}{any_of(DEVICES)}\S{{0,12}}(?:\s\S{{1,12}}){{0,4}}\s{any_of(SENT_LAST)}\.?$"
    r"|^(?:\W*(?:iphone|ipad|android|スマートフォン|携帯|outlook|gmail)\S{0,12}(?:から|より)(?:の)?送信\S{0,6}|ᐧ)$",
    re.I,
)
_SENTENCE = re.compile(r"[!?;,\u3001\u3002]|\.\s|\d")
# "Windows 10" is the name of a program; the number in it counts nothing.
_NUMBERED = re.compile(r"\b(windows|k-|tele)\s?\d{1,2}\b", re.I)
_FEW, _LINE = 6, 60
MOST = 2 * _FEW + 2
"""No signature without its blank has more lines, empty ones among them."""
_STOP = re.compile(r"[.!?;:,]$")
_DASHES = re.compile(r"^(?:--|\u2014|__)[ \t]*$")


def device(line: str) -> bool:
    """Say whether a program put this line under the letter: "Sent from my iPhone"."""
    bare = " ".join(_NUMBERED.sub(r"\1", _LINK.sub("", line[:300])).split())
    return 0 < len(bare) <= _SHORT and not _SENTENCE.search(bare.rstrip(".")) and bool(_DEVICE.match(bare))


def begins(lines: list[str], index: int) -> bool:
    """Say whether a signature begins at this line: "-- " with its blank, or dashes before few short lines, the last."""
    line = lines[index]
    if line in ("-- ", "--\u00a0"):
        return True
    if not _DASHES.match(line):
        return False
    below = [each.strip() for each in lines[index + 1 : index + MOST] if each.strip()]
    if len(below) > _FEW or len(lines) > index + MOST:
        return False
    return all(len(each) <= _LINE and not _sentence(each) for each in below)


def _sentence(line: str) -> bool:
    return len(line.split()) > 3 and bool(_STOP.search(line))
