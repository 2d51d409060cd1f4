/** *Kiểm tra máy này*: what is known of the visiting machine, and of no other. Not to know is never shown as clean. */
import { markup, type Html } from './html.ts'
import type { Checked } from './letters.ts'
import { officer, pageOf, timeText, timeTextEn, type Speaker } from './page-frame.ts'

export interface CheckView {
  readonly speaker: Speaker
  /** The visitor's address: what the answer is about. */
  readonly client: string
  /** Null: the server cannot be asked. */
  readonly checked: Checked | null
}

/** The whole page. */
export function checkPage(view: CheckView): string {
  return pageOf('Kiểm tra máy này', view.speaker, vietnamese(view), english(view))
}

function vietnamese({ speaker, client, checked }: CheckView): Html {
  return markup`<h1>Kiểm tra máy này</h1>
${resultVi(checked)}
<p>Kết quả tính theo địa chỉ mạng của máy bạn. Nếu nhiều máy dùng chung một địa chỉ ra ngoài, đó là kết quả của tất cả các máy đó.</p>
<dl>
<dt>Địa chỉ của máy này</dt><dd>${client}</dd>
${speaker.unit === '' ? markup`` : markup`<dt>Đơn vị</dt><dd>${speaker.unit}</dd>`}
<dt>Người phụ trách</dt><dd>${officer(speaker).vi}</dd>
</dl>`
}

function resultVi(checked: Checked | null): Html {
  if (checked?.outcome === 'hits') {
    return markup`<p><strong>Máy này đã tìm đến địa chỉ trong danh sách mã độc ${checked.hits} lần.</strong>${spanVi(checked)}</p>
<p>Máy có thể đã nhiễm mã độc. Hãy gọi cho người phụ trách và đọc địa chỉ của máy ở dưới; trong lúc chờ, đừng đăng nhập ngân hàng, thư điện tử hay hệ thống của cơ quan trên máy này.</p>`
  }
  if (checked?.outcome === 'clean') {
    const since = checked.sinceMs === null ? '' : ` từ ${timeText(checked.sinceMs)} đến nay`
    return markup`<p><strong>Chưa thấy máy này tìm đến địa chỉ nào trong danh sách mã độc${since}.</strong></p>
<p>Tuy vậy chưa thể chắc chắn là máy sạch. Nếu máy có biểu hiện lạ, bạn vẫn nên báo cho người phụ trách.</p>`
  }
  return markup`<p><strong>Hiện chưa kiểm tra được.</strong></p>
<p>Như vậy chưa biết máy có dấu hiệu nhiễm mã độc hay không. Hãy thử lại sau vài phút, hoặc gọi cho người phụ trách.</p>`
}

function spanVi({ firstMs, lastMs }: Checked): string {
  const first = firstMs === null ? '' : ` Lần đầu lúc ${timeText(firstMs)}.`
  return lastMs === null ? first : `${first} Lần gần nhất lúc ${timeText(lastMs)}.`
}

function english({ speaker, client, checked }: CheckView): Html {
  return markup`<h2>Check of this computer</h2>
<p>${resultEn(checked)} It is about the address ${client}: where several computers share it, about all of them.</p>
<p>Whom to call: ${officer(speaker).en}.</p>`
}

function resultEn(checked: Checked | null): string {
  if (checked?.outcome === 'hits') {
    const first = checked.firstMs === null ? '' : `, first ${timeTextEn(checked.firstMs)}`
    const last = checked.lastMs === null ? '' : `, last ${timeTextEn(checked.lastMs)}`
    return `This computer has looked for addresses on the malware list: ${checked.hits} times${first}${last}. It may be infected.`
  }
  if (checked?.outcome === 'clean') {
    const since = checked.sinceMs === null ? '' : ` since ${timeTextEn(checked.sinceMs)}`
    return `This computer was not seen looking for an address on the malware list${since}. That does not prove that it is clean.`
  }
  return 'The check is not available now: whether this computer shows signs of malware is not known. Try again in some minutes.'
}
