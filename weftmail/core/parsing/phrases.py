"""Words that mail programs write around what they quote, in the languages they speak: fragments of patterns."""

from __future__ import annotations


def words(listed: str) -> tuple[str, ...]:
    """Return what stands between semicolons, each on one line."""
    return tuple(" ".join(word.split()) for word in listed.split(";"))


WROTE = words(
    r"""
    wrote; writes; sent; said; a écrit; écrit; schrieb; schreibt; hat geschrieben; geschrieben; skrev; skriver;
    escribió; ha scritto; scrisse; schreef; het volgende geschreven; heeft geschreven; escreveu;
    napisał(?:a|\(a\))?; kirjoitti; napsal(?:\(a\)|a)?; написала?; пишет; пише; írta; a scris; yazdı; έγραψε;
    đã viết; 写道; のメッセージ; 작성; пиша; scrive; scrivesti; escribe; escreve; pisze; 寫道;
    написал\(а\); 写了; 書きました; έγραψαν; 님이 작성; kirjoittaa;
    pisał\(a\)?; 쓴 글; skrifaði; rakstīja; rašė; kirjutas; napisala?o? je; napísal\(a\); написа; napisala
    """
)
"""The verb of the sentence before a quote."""
LEAD = words(
    r"""
    on; at; le; am; um; den; på; il; in data; op; em; el; dne; dnia; w dniu; kl; vào; za; ons?; tis; mån; fre;
    tors; lör; sön; στις; no dia; lun; mar; mer; gio; mié; ter; qua; vr; wo; zo; ma; di; do; pe; pn; wt; śr; пн;
    вт; ср; чт; пт; сб; вс
    """
)
"""What such a sentence begins with, apart from a date."""
ORIGINAL = words(
    r"""
    original message; original appointment; reply message; replied message; ursprüngliche nachricht;
    originalnachricht; original-nachricht; message d'origine; message original; message initial;
    message du : .{1,40}; ursprungligt meddelande; originalmeddelande; opprinnelig melding;
    oprindelig (?:meddelelse|besked); alkuperäinen viesti; oorspronkelijk bericht; messaggio originale;
    mensaje original; mensagem original; исходное сообщение; wiadomość oryginalna; původní zpráva; 原始邮件;
    元のメッセージ; eredeti üzenet; mesaj original; .{1,80} wrote; original besked; opprinnelig e-post;
    originalbericht; oryginalna wiadomość; пересылаемое сообщение; 邮件原件; 原始郵件; 原始信件; 元のメール;
    オリジナルメッセージ; 원본 메시지; αρχικό μήνυμα; orijinal mesaj; původní e[-]mail
    """
)
"""Between dashes above a message that is answered."""
FORWARDED = words(
    r"""
    (?:start of )?forwarded (?:message(?: from .{1,80})?|by .{1,80}); weitergeleitete nachricht;
    message transféré; vidarebefordrat meddelande;
    videresendt (?:melding|meddelelse); välitetty viesti; doorgestuurd bericht; messaggio inoltrato;
    mensaje reenviado; mensagem encaminhada; (?:пересылаемое|пересланное) сообщение; 转发邮件;
    przekazana wiadomość; weitergeleitete (?:e-?mail|mail); message (?:réexpédié|réacheminé);
    vidarebefordrat (?:mejl|e-postmeddelande|brev); videresendt (?:e-post|mail|besked);
    edelleenlähetetty viesti; doorgestuurde? (?:e-?mail|mail); messaggio (?:inoltrato|trasmesso);
    mensagem reencaminhada; wiadomość przekazana; przesłana wiadomość; 转发的邮件; 已转发邮件; 轉寄的?郵件;
    轉寄信件; 転送(?:された)?メッセージ; 転送メール; 전달된 메시지; προωθημένο μήνυμα; iletilen mesaj;
    továbbított üzenet; přeposlaná zpráva; mail transféré; iletilmiş (?:ileti|mesaj); mesaj redirecționat; 转发的消息;
    переслан(?:е|ий) (?:повідомлення|лист); препратено (?:съобщение|писмо); preposlaná správa; 转发邮件信息;
    áframsent skeyti; edastatud kiri; vidaresend(?:t|e) (?:melding|e-post); proslijeđena poruka; прослеђена порука;
    posredovano sporočilo; persiųstas laiškas; pārsūtītā ziņa; missatge reenviat; tin nhắn được chuyển tiếp;
    pesan terusan; ข้อความที่ส่งต่อ; رسالة معاد توجيهها; הודעה שהועברה; thư được chuyển tiếp
    """
)
"""Between dashes above a message that is forwarded."""
BEGIN = words(
    r"""
    (?:begin )?forwarded message; anfang der weitergeleiteten (?:email|nachricht);
    début du message (?:réexpédié|transféré); vidarebefordrat (?:brev|mejl); start på vidaresend.{1,30};
    videresendt melding; inizio messaggio inoltrato; begin doorgestuurd bericht; inicio del mensaje reenviado;
    início da mensagem (?:re)?encaminhada; välitetty viesti alkaa; anfang der weitergeleiteten e[-]mail;
    vidarebefordrat meddelande; start av vidaresänt meddelande; påbörja vidarebefordrat meddelande;
    videresendt (?:besked|meddelelse|e-post); start på videresend.{1,30}; inizio del messaggio inoltrato;
    começo da mensagem (?:re)?encaminhada; edelleenlähetetty viesti; początek przekazywanej wiadomości;
    начало переадресованного сообщения; начало пересылаемого сообщения; 转发的邮件; 開始轉寄郵件; 開始轉寄信件;
    転送されたメッセージ; 전달된 메시지; początek przesłanej dalej wiadomości; začátek přeposílané zprávy;
    začiatok preposlanej správy; iletilmiş mesajın başlangıcı; továbbított levél kezdete; αρχή προωθημένου μηνύματος;
    начало переадресованного письма; початок (?:переспрямованого|пересланого) (?:повідомлення|листа);
    inici del missatge reenviat; început mesaj redirecționat; תחילת ההודעה שהועברה; početak proslijeđene poruke;
    בהמשך הודעה שהועברה; bắt đầu thư được chuyển tiếp; mulai pesan yang diteruskan; เริ่มข้อความที่ส่งต่อ;
    بداية الرسالة المعاد توجيهها
    """
)
"""On a line of its own above a forwarded message."""


def any_of(patterns: tuple[str, ...]) -> str:
    """Return them as one pattern; a blank in them stands for any blank."""
    return "(?:" + "|".join(patterns).replace(" ", r"\s") + ")"
