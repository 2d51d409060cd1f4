/** What all pages have around their text, and how a time is written for those who read them. */
import { markup, Html } from './html.ts'
import { STYLE } from './page-style.ts'

/** Who speaks and whom to call, for the network of one visitor. Empty text: not known. */
export interface Speaker {
  readonly organisation: string
  readonly unit: string
  readonly contact: string
}

/** A whole page; `title` and what stands in `vi` and `en` come from templates. */
export function pageOf(title: string, { organisation }: Speaker, vi: Html, en: Html): string {
  const by = organisation === '' ? markup`` : markup`<p class="by">${organisation}</p>`
  const page = markup`<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${by}
${vi}
<section lang="en">
${en}
</section>
</main>
</body>
</html>
`
  return page.text
}

/** Whom to call, in words where nobody is named. */
export function officer({ contact }: Speaker): { readonly vi: string; readonly en: string } {
  return contact === ''
    ? { vi: 'Bộ phận công nghệ thông tin của cơ quan bạn', en: 'the IT staff of your agency' }
    : { vi: contact, en: contact }
}

const VIETNAM = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hourCycle: 'h23',
})

/** `15:04 ngày 21/11/2026`, by the clock of Vietnam whatever the server's zone: its readers look at theirs. */
export function timeText(ms: number): string {
  const part = Object.fromEntries(VIETNAM.formatToParts(ms).map(({ type, value }) => [type, value]))
  return `${part['hour']}:${part['minute']} ngày ${part['day']}/${part['month']}/${part['year']}`
}

/** The same for the English part: `21/11/2026 15:04 (UTC+7)`. */
export function timeTextEn(ms: number): string {
  const [time, date] = timeText(ms).split(' ngày ')
  return `${date} ${time} (UTC+7)`
}
