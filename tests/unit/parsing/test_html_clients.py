"""Answers in HTML alone, as mail programs write them: the new words are found without a plain form beside them."""

from __future__ import annotations

import pytest

from weftmail.flow.reading import read

OWN = "<div>Hej Anna!</div><div>Vi tar tolv.</div>"
QUOTE = "<p>Hej Karin</p><p>Vill du ha fler?</p><p>Anna</p>"
ADDRESS = "Anna Berg &lt;anna@acme.example&gt;"
GMAIL = f'<div class="gmail_attr">Den mån 23 nov. 2026 kl 09:12 skrev {ADDRESS}:<br></div>'
ANSWERS = {
    "gmail": f'{OWN}<div class="gmail_quote">{GMAIL}<blockquote class="gmail_quote">{QUOTE}</blockquote></div>',
    "apple": f'{OWN}<blockquote type="cite"><div>On 23 Nov 2026, at 09:12, {ADDRESS} wrote:</div>{QUOTE}</blockquote>',
    "outlook": f"{OWN}<div style='border-top:solid #E1E1E1 1.0pt'><p><b>Från:</b> {ADDRESS}<br><b>Skickat:</b> den 23 "
    f"november 2026 09:12<br><b>Till:</b> Karin<br><b>Ämne:</b> Stolar</p></div>{QUOTE}",
    "outlook on the web": f'{OWN}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
    f'<b>Från:</b> {ADDRESS}</div>{QUOTE}',
    "thunderbird": f'{OWN}<div class="moz-cite-prefix">Den 2026-11-23 kl. 09:12, skrev Anna Berg:<br></div>'
    f'<blockquote type="cite" cite="mid:1@acme.example">{QUOTE}</blockquote>',
    "proton": f'{OWN}<div>Sent with <a href="https://proton.example/">Proton Mail</a> secure email.</div>'
    f'<div class="protonmail_quote">On Monday {ADDRESS} wrote:<blockquote type="cite">{QUOTE}</blockquote></div>',
    "odoo": f'{OWN}<blockquote data-o-mail-quote-container="1"><div>{QUOTE}</div></blockquote>',
    "tuta": f"{OWN}<br>--<br>Sent with Tuta; enjoy secure email<br><br>23 Nov 2026, 09:12 by anna@acme.example:<br>"
    f'<blockquote class="tutanota_quote">{QUOTE}</blockquote>',
    "windows": f"{OWN}<p>Skickades från <a href='https://go.example/550986'>E-post</a> för Windows</p><div>"
    f"<p><b>Från: </b>{ADDRESS}<br><b>Skickat: </b>den 23 november 2026 09:12<br><b>Ämne: </b>Stolar</p></div>{QUOTE}",
    "edison": f"{OWN}<div>Sent from <a href='https://edison.example'>Edison Mail</a></div><div>On Nov 23, 2026 at "
    f"9:12 AM, {ADDRESS} wrote:</div><blockquote>{QUOTE}</blockquote>",
    "any program's own class": f'{OWN}<blockquote class="acme_quote" style="margin:0">{QUOTE}</blockquote>',
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_the_new_words_of_html_alone(name: str) -> None:
    message = read(
        "From: Karin <karin@customer.example>\nSubject: Re: Stolar\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n{ANSWERS[name]}\n".encode()
    )
    assert message.reply_text.split() == ["Hej", "Anna!", "Vi", "tar", "tolv."]
    assert "Vill du ha fler?" in message.text


def test_a_block_that_only_moves_words_in_is_no_quote() -> None:
    html = "<blockquote style='margin:0 0 0 40px'>Vi tar tolv.</blockquote><p>Hej då</p>"
    message = read(f"From: karin@customer.example\nContent-Type: text/html; charset=utf-8\n\n{html}".encode())
    assert message.reply_text.split() == ["Vi", "tar", "tolv.", "Hej", "då"]
