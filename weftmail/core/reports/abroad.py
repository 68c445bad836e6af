"""What ``causes`` has in English, in the other languages that servers write.

Chinese and Japanese put no blanks between words, and so have no word borders.
"""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """The patterns of one cause."""

    words: tuple[str, ...]
    """They begin where a word does."""
    cjk: tuple[str, ...]
    """They may begin anywhere."""


UNKNOWN_USER = Phrases(
    (
        # German
        (
            r"(?:empfänger|benutzer|nutzer|adressat|(?:e-?mail)?adresse|(?:mail)?konto|postfach"
            r"|teilnehmer)\w{,12}[^.\n]{,100}"
            r"(?:unbekannt|nicht (?:bekannt|gefunden|vorhanden|existier|ermittelt)|existiert nicht|ungültig|"
            r"nicht (?:mehr )?gültig)"
        ),
        r"(?:unbekannter?|ungültiger?|kein(?:en)?) (?:empfänger|benutzer|nutzer|adress|postfach)",
        # French, Spanish, Portuguese, Italian
        (
            r"(?:utilisateur|destinataire|adresse|bo[iî]te|compte|usager)[^.\n]{,60}(?:inconnu|inexistant|introuvable|"
            r"n['’]existe|n['’]est pas (?:répertori|recens)|non (?:recens|répertori|trouv|valide)|invalide"
            r"|incorrecte|n['’]est (?:pas|plus) (?:valide|connu))"
        ),
        (
            r"(?:usuario|destinatario|direcci[óo]n|cuenta|buz[óo]n)[^.\n]{,60}(?:desconocid|no existe|"
            r"inexistente|no (?:se |fue )?encontr|no (?:es )?v[áa]lid|inv[áa]lid)"
        ),
        (
            r"(?:usu[áa]rio|utilizador|destinat[áa]rio|endere[çc]o|conta\b|caixa)[^.\n]{,60}"
            r"(?:desconhecid|n[ãa]o existe|inexistente|n[ãa]o (?:foi |p[ôo]de ser )?(?:encontrad|localizad)|inv[áa]lid)"
        ),
        (
            r"(?:utente|destinatario|indirizzo|casella)[^.\n]{,60}(?:sconosciut|inesistente|"
            r"non (?:esiste|trovat|valid|è (?:stat[oa] )?trovat))"
        ),
        # Dutch, Swedish, Norwegian and Danish, Finnish
        (
            r"(?:gebruiker|ontvanger|(?:e-?mail)?adres|geadresseerde|postvak)\w{,12}[^.\n]{,60}(?:onbekend|"
            r"bestaat niet|niet (?:worden )?gevon|ongeldig)"
        ),
        (
            r"(?:användare|mottagare|(?:e-?post|mejl|mail)?adress|konto|brevlåda)\w{,12}[^.\n]{,60}(?:okänd|"
            r"finns (?:inte|ej)|ogiltig|hittades (?:inte|ej)|(?:inte|ej) (?:hittas|hittats))"
        ),
        r"(?:inte|ej) (?:att )?hitta (?:\w+ )?(?:användare|mottagare|(?:e-?post|mejl|mail)?adress|konto|brevlåda)",
        r"(?:okänd|ogiltig) (?:användare|mottagare|adress)",
        (
            r"(?:bruker|mottaker|(?:e-?post|e-?mail|mail)?adresse|konto|bruger|modtager|postkasse"
            r"|postboks)\w{,12}[^.\n]{,60}"
            r"(?:ukjent|ukendt|fin(?:n|d)es ikke|ikke (?:funnet|fundet|finnes)|ugyldig|eksisterer ikke)"
        ),
        (
            r"(?:finner|fant|finder|fandt|finne|finde) ikke (?:\w+ )?(?:bruker|mottaker|(?:e-?post|mail)?adresse|"
            r"bruger|modtager)"
        ),
        r"(?:ukjent|ukendt) (?:bruker|bruger|mottaker|modtager|adresse)",
        (
            r"(?:käyttäjä|vastaanottaja|(?:sähköposti)?osoite|tili|postilaatikko)\w{,12}[^.\n]{,60}(?:tuntematon|"
            r"ei ole olemassa|ei löy)"
        ),
        # Polish, Russian
        (
            r"nie (?:można odnaleźć|udało się odnaleźć|znaleziono) (?:\w+ )?(?:użytkownik|adresat|odbiorc|adres|"
            r"skrzyn|kont)"
        ),
        r"(?:użytkownik|adresat|odbiorca|adres|skrzynka|konto)\w{,12}[^.\n]{,60}(?:nieznan|nie istnieje|nie znalezion)",
        (
            r"(?:пользовател|получател|адрес|ящик|абонент|учетн)\w{,12}[^.\n]{,60}(?:неизвест|не (?:существует|найден|"
            r"зарегистрирован|обнаружен)|отсутствует)"
        ),
        r"(?:не удалось|не удаётся|не удается) найти (?:\w+ )?(?:пользовател|получател|адрес|ящик)",
        # Czech and Slovak, Hungarian, Turkish, Greek, Romanian, Ukrainian and Bulgarian
        (
            r"(?:uživatel|příjemc|adresát|adres|schránk|účet|používateľ|príjemc)\w{,12}[^.\n]{,60}(?:neznám|neexistuje|"
            r"nebyl\w? nalezen|nenalezen|nenájden|nebol\w? nájden)"
        ),
        (
            r"(?:felhasználó|címzett|(?:e-?mail )?cím|postafiók)\w{,12}[^.\n]{,60}(?:ismeretlen|nem (?:létezik"
            r"|található)|"
            r"érvénytelen)"
        ),
        (
            r"(?:kullanıcı|alıcı|(?:e-posta )?adres|hesa[bp]|posta kutusu)\w{,12}[^.\n]{,60}(?:bulunamadı"
            r"|bilinmiyor|mevcut değil|"
            r"geçersiz|yok\b)"
        ),
        (
            r"(?:χρήστης|παραλήπτης|διεύθυνση|λογαριασμός|γραμματοκιβώτιο)[^.\n]{,100}(?:δεν (?:βρέθηκε|υπάρχει)"
            r"|άγνωστ|"
            r"μη έγκυρ)"
        ),
        (
            r"(?:utilizator|destinatar|adres|cont|căsuț)\w{,12}[^.\n]{,60}(?:necunoscut|nu (?:există"
            r"|a fost găsit)|inexistent|"
            r"invalid)"
        ),
        (
            r"(?:користувач|одержувач|отримувач|адрес|скриньк|потребител|получател)\w{,12}[^.\n]{,60}(?:невідом"
            r"|не (?:існує|"
            r"знайдено|съществува|е намерен)|неизвест|непознат)"
        ),
        r"(?:нет такого|неизвестный|не существует) (?:пользовател|получател|адрес|ящик)",
    ),
    (
        r"(?:用户|收件人|用戶|使用者|邮箱|郵箱|信箱|帐号|账号|帳號|地址)[^。\n]{0,20}(?:不存在|未找到|找不到|无效|無效|未知)",
        r"(?:找不到|不存在的?|没有|未知)[^。\n]{0,10}(?:用户|收件人|使用者|邮箱|信箱|地址)",
        (
            r"(?:宛先|あて先|ユーザ|アドレス|電話帳|受信者|名簿|ディレクト|送信先|アカウント)[^。\n]{0,40}"
            r"(?:登録されていません|見つかりません|存在し(?:ません|ない)|(?<!空きが)ありません|不明|無効|使われていません|載っていません)"
        ),
        r"(?:사용자|받는 ?사람|수신자|주소|계정|편지함|메일함)[^.\n]{0,40}(?:찾을 수 없|존재하지 않|없습니다|알 수 없)",
        r"(?:존재하지 않는|알 수 없는|없는) ?(?:사용자|받는 사람|수신자|주소|계정)",
        r"(?:存在しない|不明な|無効な)[^。\n]{0,15}(?:ユーザ|宛先|アドレス|アカウント)",
    ),
)
FULL = Phrases(
    (
        (
            r"(?:postfach|mailbox|speicher(?:platz)?|konto)[^.\n]{,40}(?:voll\b|überschritten|belegt|erschöpft"
            r"|aufgebraucht)"
        ),
        r"(?:bo[iî]te|espace)[^.\n]{,40}(?:pleine?\b|satur|dépass|épuis|insuffisant)",
        r"(?:buz[óo]n|cuota|casilla|espacio)[^.\n]{,40}(?:llen[oa]\b|excedid|superad|insuficiente|agotad)",
        r"(?:caixa|cota|espaço)[^.\n]{,40}(?:chei[oa]\b|excedid|lotad|ultrapass|esgotad)",
        r"(?:casella|spazio)[^.\n]{,40}(?:pien[ao]\b|superat|esaurit|insufficiente)",
        r"(?:brevlåda|postlåda|inkorg|postboks|postkasse|innboks|indbakke)\w{,12}[^.\n]{,40}(?:full|fuld)",
        r"postilaatikko[^.\n]{,40}täynnä|(?:postvak|mailbox)[^.\n]{,40}vol\b|skrzynka[^.\n]{,40}(?:przep|pełna)",
        (
            r"schránk\w{,12}[^.\n]{,40}(?:pln|přepln)|postafiók\w{,12}[^.\n]{,40}(?:megtelt|tele)"
            r"|posta kutusu[^.\n]{,40}dolu"
        ),
        (
            r"(?:γραμματοκιβώτιο|θυρίδα)[^.\n]{,40}(?:πλήρ|γεμάτ)|căsuț\w{,12}[^.\n]{,40}plin"
            r"|скриньк\w{,12}[^.\n]{,40}переповнен"
        ),
        r"ящик[^.\n]{,40}(?:переполнен|полон|заполнен)|превышен[^.\n]{,30}квот|квот\w{,12}[^.\n]{,30}превышен",
    ),
    (
        r"(?:邮箱|信箱|郵箱|收件箱)[^。\n]{0,20}(?:[满滿]|空间不足|空間不足)",
        r"(?:超出|超过|超過)[^。\n]{0,10}(?:配额|配額|容量)",
        r"(?:편지함|메일함|사서함|용량)[^.\n]{0,30}(?:가득|꽉|초과|부족)",
        r"(?:メールボックス|受信箱|容量|ディスク|空き)[^。\n]{0,30}(?:一杯|いっぱい|満杯|超え|超過|不足|オーバー|空きがあり)",
    ),
)
LARGE = Phrases(
    (
        r"zu groß|größenbeschränkung|trop (?:gros|volumineu|grand)|taille[^.\n]{,30}(?:dépass|maxim)",
        r"demasiado grande|tamaño[^.\n]{,30}(?:excede|máximo|supera)|muito grande|tamanho[^.\n]{,30}(?:excede|máxim)",
        r"troppo grande|dimension\w{,12}[^.\n]{,30}(?:super|massim)|för stort?\b|for stor\b|storleksgräns|liian suuri",
        r"слишком больш|размер[^.\n]{,30}превыша|превыша[^.\n]{,30}размер",
    ),
    (
        r"(?:邮件|郵件)[^。\n]{0,10}(?:过大|太大|過大)",
        r"サイズ[^。\n]{0,20}(?:大きすぎ|超え|超過)",
    ),
)
UNKNOWN_DOMAIN = Phrases(
    (
        r"(?:domäne|domain|rechner)\b[^.\n]{,40}(?:unbekannt|nicht gefunden|existiert nicht)",
        r"domaine[^.\n]{,40}(?:inconnu|introuvable|inexistant|n['’]existe)",
        r"dom[íi]nio[^.\n]{,40}(?:desconocid|desconhecid|sconosciut|inexistent|inesistent)",
        r"dom[íi]nio[^.\n]{,40}n(?:o|ão|on) (?:existe|esiste)",
        r"dom[äæ]n\w{,12}[^.\n]{,40}(?:okänd|ukjent|ukendt|finns inte|fin(?:n|d)es ikke)",
        r"домен\w{,12}[^.\n]{,40}не (?:существует|найден)",
    ),
    (
        r"域名[^。\n]{0,10}(?:不存在|无效|找不到)",
        r"(?:ドメイン|ホスト)[^。\n]{0,20}(?:存在し(?:ない|ません)|見つかりません|不明)",
    ),
)
SPAM = Phrases(
    (
        r"(?:als|como|comme|come|som) spam|richtlinie|politique|pol[íi]tica|politica|ind[ée]sirable|indesiderat",
        r"(?:mail|message|courriel) rejet[ée]|correo no deseado|skräppost|søppelpost|roskaposti",
        r"спам|заблокирован|отклон[её]н",
    ),
    (
        r"垃圾(?:邮件|郵件)",
        r"拒[绝絕收]",
        r"迷惑メール",
        r"スパム",
        r"受信拒否",
    ),
)
