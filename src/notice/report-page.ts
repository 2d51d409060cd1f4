/** What became of a report of a false block. */
import { markup, type Html } from './html.ts'
import type { Reported } from './letters.ts'
import { officer, pageOf, type Speaker } from './page-frame.ts'

type Outcome = Reported['outcome']

const WORDS: Readonly<Record<Outcome, readonly [vi: string, en: string]>> = {
  taken: [
    'Đã nhận báo chặn nhầm. Người phụ trách sẽ xem và quyết định; cho đến lúc đó trang vẫn bị chặn.',
    'Your report was taken. The officer will look at it and decide; until then the page stays blocked.',
  ],
  limited: [
    'Từ máy này đã có nhiều báo chặn nhầm. Hãy đợi một lúc rồi gửi lại, hoặc gọi cho người phụ trách.',
    'Too many reports came from this computer. Wait a while, or call the officer.',
  ],
  full: [
    'Hiện có quá nhiều báo chặn nhầm đang chờ xem. Hãy gọi cho người phụ trách.',
    'Too many reports are waiting. Please call the officer.',
  ],
  invalid: [
    'Tên trang chưa đúng. Hãy quay lại và ghi tên trang, ví dụ: www.coquan.gov.vn',
    'That is not the name of a page. Go back and write one, for example www.coquan.gov.vn',
  ],
  unavailable: [
    'Hiện chưa gửi được. Hãy thử lại sau vài phút, hoặc gọi cho người phụ trách.',
    'It could not be sent now. Try again in some minutes, or call the officer.',
  ],
}

export interface ReportView {
  readonly speaker: Speaker
  readonly outcome: Outcome
  /** What the person names to the officer; null: there is nothing to name. */
  readonly reference: string | null
}

/** The whole page. */
export function reportPage({ speaker, outcome, reference }: ReportView): string {
  const [vi, en] = WORDS[outcome]
  const code: Html =
    outcome === 'taken' && reference !== null
      ? markup`<dt>Mã báo cáo</dt><dd class="code">${reference}</dd>`
      : markup``
  return pageOf(
    'Báo chặn nhầm',
    speaker,
    markup`<h1>Báo chặn nhầm</h1>
<p>${vi}</p>
<dl>${code}<dt>Người phụ trách</dt><dd>${officer(speaker).vi}</dd></dl>`,
    markup`<h2>Report of a wrong block</h2>
<p>${en}</p>`,
  )
}
