"""The words by which automatic answers are known, in the languages of the large mail programs.

Words prove little: ``automatic`` says where each of these counts.
"""

from __future__ import annotations

import re
import unicodedata

_TITLES = (
    # English
    r"auto(?:matic|mated)?[\s-]*(?:reply|response|answer|responder)\b",
    r"out[\s-]of[\s-](?:the[\s-])?office\b(?:[\s-]*(?:auto[\s-]*)?(?:reply|response|message|notice|notification)\b)?",
    r"(?:vacation|absence|holiday|away) (?:reply|response|message|notice|notification)\b",
    r"i(?:'m| am) (?:currently )?(?:out of (?:the )?office|on (?:vacation|leave|holiday))\b|on (?:vacation|leave)\b",
    r"away from (?:my |the )?(?:mail|office|desk)\b",
    # German
    r"autom(?:atische|\.) (?:antwort|rückmeldung|empfangsbestätigung)\b",
    r"abwesenheits(?:notiz|agent|meldung|nachricht|assistent|info)\b",
    r"abwesen(?:d|heit)\b|urlaubs(?:notiz|meldung|nachricht)\b|(?:nicht im b[üu]ro|au(?:ß|ss)er haus)\b",
    r"ich bin (?:nicht im b[üu]ro|abwesend)\b",
    # French
    r"r[ée]ponse automatique\b",
    r"(?:message|notification|avis) d['’]absence\b|absen[ct]e? du bureau\b|absente?\b",
    # Spanish, Portuguese, Italian
    r"(?:respuesta|contestaci[óo]n|resposta) autom[áa]tica\b|auto-?(?:respuesta|resposta)\b",
    r"fuera de (?:la )?oficina\b|mensaje de ausencia\b|ausente(?: de la oficina| do escrit[óo]rio)?\b",
    r"fora do escrit[óo]rio\b|mensagem de aus[êe]ncia\b|aus[êe]ncia tempor[áa]ria\b",
    r"(?:risposta automatica|fuori (?:sede|ufficio)|messaggio di assenza|assen(?:te|za)(?: dall['’]ufficio)?)\b",
    # Dutch
    r"automatisch(?:e)? (?:antwoord|beantwoording|reactie)\b|afwezig(?:heid(?:s(?:bericht|melding|assistent))?)?\b",
    r"niet aanwezig\b|niet op kantoor\b",
    # Swedish, Norwegian, Danish
    r"automatiskt? svar\b|auto[\s-]*svar\b",
    r"fr[åa]nvaro(?:meddelande|besked)?\b|(?:inte|ej) på kontoret\b|semestermeddelande\b",
    r"frav[æa]r(?:s(?:melding|assistent|meddelelse|besked))?\b|feriebesked\b",
    r"ikke (?:til stede|på kontoret)\b|(?:ute av|ude af) kontoret\b",
    # Finnish
    r"automaatti(?:nen vastaus|vastaus)\b|poissaolo(?:viesti|ilmoitus)\b|poissa(?: toimistosta)?\b|lomaviesti\b",
    # Polish, Czech
    r"(?:odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]|poza biurem|nieobecn\w+)(?!\w)",
    r"automatick[áa] odpov[ěe][ďd](?!\w)",
    # Russian
    r"автоматический ответ\b|автоответ(?:чик)?\b|вне офиса\b|(?:уведомление )?об отсутствии\b",
    r"(?:в отпуске|отсутствие)\b",
    r"wiadomość automatyczna\b|автоматична відповідь\b|автоматичен отговор\b|(?:поза офісом|извън офиса)\b",
    # Hungarian, Romanian, Turkish, Greek, the Baltic and the Balkan languages, Icelandic, Catalan
    (
        r"automatikus (?:válasz|üzenet)\b|házon kívül(?:i üzenet)?\b|răspuns automat\b|(?:în afara biroului"
        r"|plecat din birou)\b"
    ),
    r"otomatik (?:yanıt|cevap)\b|ofis dışında\b|αυτόματη απάντηση\b|εκτός γραφείου\b",
    r"samodejni odgovor\b|automats?ki odgovor\b|automatinis atsakymas\b|automātiska atbilde\b|automaatvastus\b",
    (
        r"mimo kancelář(?:e)?\b|sjálfvirkt svar\b|resposta automàtica\b|fora de l['’]oficina\b|vakantie(?:bericht"
        r"|melding)\b"
    ),
    # Vietnamese, Indonesian, Thai, Arabic, Hebrew, Korean
    (
        r"trả lời tự động\b|(?:balasan|jawaban) otomatis\b|ตอบกลับ(?:โดย)?อัตโนมัติ|(?:ال)?رد (?:ال)?تلقائي\b"
        r"|תשובה אוטומטית\b"
    ),
    r"자동 ?(?:회신|응답|답장)|부재 ?중(?: ?(?:알림|메시지|안내))?",
    # Chinese, Japanese
    r"(?:自动|自動)(?:回复|答复|回覆|回復|答覆)|(?:外出|休假|不在)(?:通知|回复|回覆)|不在(?:办公室|辦公室)",
    r"自動(?:応答|返信|回答)|不在(?:通知|連絡|のお知らせ|メッセージ)|休暇(?:通知|のお知らせ)",
)
_AWAY = (
    (
        r"(?:i(?:m|n) )?(?:urlaub|ferien|betriebsferien)\b|en (?:vacances|cong[ée]s?)\b"
        r"|(?:estoy )?de vacaciones\b|de f[ée]rias\b|in ferie\b"
    ),
    (
        r"(?:op |met )?vakantie\b|på (?:semester|ferie)\b|lomalla\b|(?:na )?urlopie?\b|wakacje\b|dovolená\b"
        r"|szabadság(?:on)?\b"
    ),
)
"""How people's own absence notes are called; before a person's colon or behind a dash they may be anything."""
_OWN = (
    r"(?:\w{2,12} )?(?:vacations?|holidays?|absence|urlaub|abwesenheit|ferien|cong[ée]s?|vacances|vacaciones|ausencia"
    r"|f[ée]rias|ferie|assenza|vakantie|afwezigheid|(?:sommar)?(?:semester|ledighet)|fr[åa]nvaro|frav[æa]r|loma"
    r"|poissaolo|wakacje|urlop"
    r"|nieobecność|wyjazd|dovolená|nepřítomnost|szabadság|concediu|izin|отпуск|отсутствие|відпустка|休假|外出|休暇|不在|夏季休業)"
)
"""What somebody's absence is called, where the name of the program stands beside it."""
_PROGRAM = (
    r"(?:auto[\s-]?respond(?:er(?:in)?|ér)|auto[\s-]?repl(?:y|ies)|auto[\s-]?svar|auto[\s-]?(?:odpowied[źz]"
    r"|respuesta|resposta)"
    r"|автоответ(?:чик)?)"
)
_SENTENCES = (
    r"i(?:'m| am| will be|'ll be)\b.{0,70}(?:out of (?:the )?office|away (?:from|until)|on (?:vacation|holidays?))",
    r"i(?:'m| am| will be|'ll be)\b.{0,70}(?:on (?:\w+ )?leave|travell?ing|(?:returning to|back in) the office)",
    r"(?:i|you) (?:will )?have (?:no|limited|intermittent) access to (?:my )?e-?mail|i no longer work (?:at|for|here)",
    r"this is an auto(?:matic|mated)?[\s-]*(?:reply|response|message)",
    r"(?:ich (?:bin|befinde)|(?:bin|befinde) ich)\b.{0,70}(?:nicht im b[üu]ro|abwesend|im urlaub|au(?:ß|ss)er haus)",
    r"(?:dies ist eine automatische|automatisch erstellte) (?:antwort|nachricht)",
    r"(?:je (?:suis|serai)|actuellement)\b.{0,70}(?:absente?|en cong[ée]s?|en vacances|en d[ée]placement)",
    r"(?:estoy|estar[ée]|me encuentro|actualmente)\b.{0,70}(?:de vacaciones|fuera de (?:la )?oficina|ausente)",
    r"(?:estou|estarei|encontro-me)\b.{0,70}(?:de f[ée]rias|ausente|fora do escrit[óo]rio)",
    r"(?:sono|sar[òo])\b.{0,70}(?:in ferie|assente|fuori (?:sede|ufficio))",
    r"ik (?:ben|zal)\b.{0,70}(?:afwezig|niet (?:aanwezig|op kantoor)|met (?:vakantie|verlof)|op vakantie)",
    r"jag är\b.{0,70}(?:på semester|inte på (?:kontoret|plats)|frånvarande|tjänstledig|föräldraledig|bortrest)",
    (
        r"jeg (?:har|holder) ferie|jag har semester|(?:ich bin|bin ich)\b.{0,50}(?:nicht|wieder) (?:erreichbar"
        r"|zu erreichen)"
    ),
    r"estar[ée]?\b.{0,30}fuera (?:hasta|del? |desde)|(?:nejsem|nebudu)\b.{0,40}(?:v kanceláři|přítom|k zastižení)",
    (
        r"(?:jsem|budu)\b.{0,40}(?:na dovolené|mimo kancelář|nepřítom)|szabadságon (?:vagyok|leszek)"
        r"|nem vagyok (?:az )?irod"
    ),
    (
        r"ofis(?:im)?(?:in)? dışında|izinde(?:yim| olaca)|είμαι\b.{0,30}(?:εκτός γραφείου|σε άδεια)|(?:sunt"
        r"|voi fi)\b.{0,40}(?:în concediu|plecat)"
    ),
    r"(?:я|мене)\b.{0,60}(?:у відпустці|не буде|поза офісом)",
    r"jeg er\b.{0,70}(?:på ferie|ikke (?:på kontoret|til stede)|bortreist|fraværende|(?:ute av|ude af) kontoret)",
    r"olen\b.{0,70}(?:lomalla|poissa|vuosilomalla)",
    r"(?:jestem|przebywam|będę)\b.{0,70}(?:na urlopie|nieobecn[ya]|poza biurem)",
    r"(?:я|меня)\b.{0,70}(?:в отпуске|нет (?:на месте|в офисе)|отсутству|не будет|вне офиса)",
)
_SENTENCES_CJK = (
    r"휴가 ?중|부재 ?중|자리를 비우|(?:夏季|冬季|年末年始)?休業(?:とさせて|いたし|中)|正在休假",
    r"不在(?:办公室|辦公室)|休假(?:中|，)|出差中|自动(?:回复|答复)|自動回覆",
    r"休暇(?:をいただいて|中)|(?:外出中|不在(?:にして|として|のため))|自動(?:返信|応答)",
)
_THANKS = (
    r"(?:thank you|(?:many )?thanks) for (?:your )?(?:e-?mail|mail|message|inquiry|enquiry|letter|request)",
    r"(?:thank you|(?:many )?thanks) for (?:contacting|writing|getting in)",
    r"(?:vielen |herzlichen |besten )?danke? für (?:ihre|deine|eure|die) (?:e-?mail|mail|nachricht|anfrage)",
    r"merci (?:pour votre (?:message|courriel|e-?mail|mail|demande)|de (?:nous|votre) (?:avoir|message))",
    r"(?:muchas )?gracias por (?:su|tu) (?:mensaje|correo|e-?mail|consulta)|gracias por (?:contactar|escribir)",
    r"obrigad[oa] (?:pel[oa]|por)(?: (?:seu|sua|teu|tua))? (?:mensagem|e-?mail|conta(?:c)?to|escrever)",
    r"grazie per (?:(?:la|il) )?(?:(?:sua|tua|suo|tuo) )?(?:messaggio|e-?mail|mail|richiesta)",
    r"grazie per aver(?:ci|mi) (?:contattato|scritto)",
    r"(?:hartelijk )?(?:bedankt|dank(?: (?:u|je))?(?: wel)?) voor (?:uw|je|het) (?:e-?mail|mail|bericht|vraag)",
    r"tack för (?:ditt|din|ert|er) (?:mejl|mail|e-post|meddelande|förfrågan)",
    r"takk for (?:din |e-posten|meldingen|henvendelsen)(?:e-post|melding|henvendelse|mail)?",
    r"(?:mange )?tak for (?:din|jeres|deres) (?:mail|e-?mail|besked|henvendelse)",
    r"kiitos (?:viestist|sähköpostist|yhteydenot)",
    r"dziękuj(?:ę|emy) za (?:wiadomość|e-?mail|kontakt|zapytanie|przesłan)",
    r"(?:спасибо|благодар(?:ю|им)(?: вас)?) за (?:ваше|письмо|сообщение|обращение)",
    r"(?:感谢|谢谢|感謝|謝謝)(?:您|你)?的?(?:来信|來信|邮件|郵件|来函|來函|留言|咨询)",
    r"(?:メール|お問い?合わ?せ|ご連絡)[^。]{0,20}ありがとう",
)
_ADDRESS = r"(?<!\w)(?:ad?dress\w*|direcci\w*|endereço|indirizzo|adres\w*|osoite\w*|адрес)\b"
# A challenge: what is to be done, what for, and that the mail waits until then.
_STEPS = (
    r"(?<!\w)(?:click|follow|visit|register|open (?:this|http)|klick|folgen|cliqu|suivez|haga clic|pulse)",
    r"(?<!\w)(?:clicc|fa(?:i|re) clic)",
    r"(?<!\w)(?:klik|klikk|napsauta|klikn|нажмите|перейдите)|点击|點擊|クリック",
)
_ENDS = (
    rf"{_ADDRESS}[^.]{{0,30}}(?:add|approv|allow|hinzu|frei|ajout|añad|adicion|aggiun)",
    rf"{_ADDRESS}[^.]{{0,30}}(?:toegevoeg|lägg|legg|tilføj|lisä|doda|добав)",
    r"(?:allowed|approved|trusted|known) senders?|zugelassene\w* absender|expéditeurs autor|remit?entes permitidos",
    r"white ?list|allow ?list|(?<!\w)(?:an?|real|actual|ein|une?|uma?) (?:person|human|mensch|humano?|humain)\b",
    r"robot|spammer|robô|människa|menneske|ihminen|człowiek|человек|робот",
    r"白名单|发件人|寄件人|地址|机器人|送信者|アドレス|許可",
)
_WAITS = (
    r"spam|filt|quaran|protect|guard|let in|wait(?:s|ing)?\b|held\b|deliver|unknown|first time",
    r"(?:not|n't)[^.]{0,20}know",
    r"schütz|zugestellt|wartet|protég|livr|attente|proteg|espera|entreg|consegn|attesa|bescherm|bezorg|wacht",
    r"skydd|väntar|levere|beskyt|venter|suoja|odotta|toimit|chron|dostarcz|czeka|защи|достав|ожида",
    r"保护|保護|等待|送达|迷惑|届",
)


def _any(phrases: tuple[str, ...]) -> str:
    return "|".join(phrases)


_TITLE = re.compile(
    rf"\s*(?:AUTO(?=\s*:)|[\[(【［（]\s*(?i:{_any(_TITLES)})\s*(?=[\])】］）])|(?i:{_any(_TITLES)})(?=\s*[:：]))"
)
_BEGINS = re.compile(rf"\s*(?:{_any(_TITLES + _AWAY)})", re.I)
# A dash parts the two, or nothing does; people's own titles go on behind them, or ask.
_NAMED = re.compile(
    rf"\s*(?:{_OWN})(?:\s*[-–—|]\s*(?:{_PROGRAM}|{_any(_TITLES)})|\s{{1,3}}{_PROGRAM})\s*\.?\s*"
    rf"|\s*(?:{_PROGRAM}|wiadomość automatyczna)\s*[:：|–—-]\s*(?:{_OWN})\s*\.?\s*",
    re.I,
)
_THANKING = re.compile(rf"\s*(?:{_any(_THANKS)})", re.I)
_ABSENT = re.compile(rf"(?<!\w)(?:{_any(_SENTENCES)})|{_any(_SENTENCES_CJK)}", re.I)
_NEAR = ".{0,200}?"
_CHALLENGING = (
    re.compile(rf"(?:{_any(_STEPS)}){_NEAR}(?:{_any(_ENDS)})|(?:{_any(_ENDS)}){_NEAR}(?:{_any(_STEPS)})", re.I),
    re.compile(_any(_WAITS), re.I),
)
_ANSWER = re.compile(
    r"(?i)\s*(?:(?:re|aw|antw(?:ort)?|sv|svar|vs|r[ée]f?|rif|odp|ynt|отв|回复|回覆|答复|返信)(?:\[\d{1,3}\])?\s*[:：]\s*)+"
)
_QUOTED = re.compile(r"(?m)^>.*$")
_HEAD = 600
"""Characters of a text that are its head."""
_LINK = 2000


def composed(words: str) -> str:
    """Return the words with their letters composed, as the patterns have them."""
    return words if words.isascii() else unicodedata.normalize("NFC", words)


def title(subject: str) -> str:
    """Return the words that a program put before the subject of what it answers; "" where it has no such title.

    They stand before a colon or in brackets, or are "AUTO:", or the whole of the subject is an absence and the
    program's name, as in "Wakacje - autoresponder".  "Out of office chairs" has none.
    """
    words = composed(subject)
    found = _TITLE.match(words) or _NAMED.fullmatch(words)
    return found[0].strip(" \t[(【［（") if found else ""


def unanswered(subject: str) -> str:
    """Return the subject without the marks of an answer ("Re:") before it."""
    found = _ANSWER.match(subject)
    return subject[found.end() :] if found else subject


def begins(subject: str) -> bool:
    """Say whether the subject begins with the words of an absence note, as a title or not."""
    return bool(title(subject) or _BEGINS.match(composed(subject)))


def thanks(subject: str) -> bool:
    """Say whether the subject gives thanks for a message; thanks for an order are the order."""
    return bool(_THANKING.match(composed(subject)))


def absent(text: str) -> bool:
    """Say whether the head of a text has a sentence by which people's programs say that they are away."""
    return bool(_ABSENT.search(_head(text)))


def challenges(text: str) -> bool:
    """Say whether the head of a text asks to follow its link so that its email is taken."""
    if "://" not in text[:_LINK]:
        return False
    head = _head(_QUOTED.sub("", text[:_LINK]))
    return all(words.search(head) for words in _CHALLENGING)


def _head(text: str) -> str:
    return " ".join(composed(text[:_HEAD]).split())
