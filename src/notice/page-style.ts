/** How the pages look: one sheet inside each, allowed by its hash and by nothing else. */
import { createHash } from 'node:crypto'

// Sizes in rem and em and one column, so that twice the size still fits; system fonts, because nothing may be fetched
// and they have Vietnamese letters. Contrast is 7:1 or more in both schemes.
export const STYLE = `:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#f2f4f7;--line:#c9d0d9;--mark:#a40e26;--link:#0a4a9e}
@media(prefers-color-scheme:dark){:root{--ink:#eceff3;--paper:#14181d;--soft:#1f252c;--line:#46505c;--mark:#ff9aa6;--link:#9ecbff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:42rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
.by{margin:0 0 .5rem;font-weight:600}
h1{margin:0 0 .75rem;font-size:1.6rem;line-height:1.3;color:var(--mark)}
h2{margin:1.75rem 0 .5rem;font-size:1.2rem;line-height:1.35}
p,ol{margin:.5rem 0}ol{padding-left:1.5rem}li{margin:.35rem 0}
dl{margin:1.25rem 0;padding:1rem 1.25rem;background:var(--soft);border:1px solid var(--line);border-left:.3rem solid var(--mark);border-radius:.4rem}
dt{font-size:.95rem}dd{margin:0 0 .6rem;font-weight:600;font-size:1.15rem}dd:last-child{margin-bottom:0}
.code{font-family:ui-monospace,Consolas,"DejaVu Sans Mono",monospace;font-size:1.35rem;letter-spacing:.06em}
a{color:var(--link)}a.do,button{display:inline-block;margin:.5rem 0;padding:.6rem 1.1rem;border:1px solid var(--link);border-radius:.4rem;background:none;color:var(--link);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
a.do:hover,button:hover{background:var(--soft)}:focus-visible{outline:.2rem solid var(--link);outline-offset:.15rem}
details{margin:1rem 0;padding:.25rem 1rem;border:1px solid var(--line);border-radius:.4rem}summary{padding:.5rem 0;cursor:pointer;font-weight:600}
label{display:block;margin:.6rem 0 .2rem}input,textarea{width:100%;padding:.5rem .6rem;border:1px solid var(--ink);border-radius:.3rem;background:var(--paper);color:var(--ink);font:inherit}
section[lang=en]{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}
@media print{details,a.do{display:none}}`

/** For `style-src` of the Content-Security-Policy. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`
