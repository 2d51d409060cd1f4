/** The page a person sees instead of the blocked one. It explains, and it frightens nobody more than needed. */
import { MAX_REPORT_TEXT } from './letters.ts'
import { markup, type Html } from './html.ts'
import { officer, pageOf, timeText, type Speaker } from './page-frame.ts'

export const CHECK_PATH = '/check'
export const REPORT_PATH = '/report'

export interface NoticeView {
  readonly speaker: Speaker
  /** The name that was to be visited, as the browser sent it; empty: none. */
  readonly host: string
  readonly reference: string
  readonly atMs: number
}

/** The whole page. */
export function noticePage(view: NoticeView): string {
  return pageOf('Kết nối đã bị chặn', view.speaker, vietnamese(view), english(view))
}

function vietnamese({ speaker, host, reference, atMs }: NoticeView): Html {
  const what = host === '' ? markup`một địa chỉ` : markup`<strong>${host}</strong>, một địa chỉ`
  return markup`<h1>Kết nối này đã bị chặn để bảo vệ máy của bạn</h1>
<p>Máy này vừa kết nối tới ${what} nằm trong danh sách mã độc đang bị chặn. Kết nối đã dừng ở đây và chưa tới được nơi đó. Xem trang này không gây hại gì.</p>
<h2>Vì sao tôi thấy trang này?</h2>
<p>Nếu bạn vừa bấm vào một liên kết: liên kết đó không an toàn, bạn hãy đóng trang lại. Nếu bạn không mở gì cả: có thể một chương trình trên máy đã tự kết nối, và máy cần được kiểm tra. Đây không phải lỗi của bạn.</p>
<h2>Bạn cần làm gì</h2>
<ol>
<li>Gọi cho người phụ trách công nghệ thông tin ở dưới và đọc mã tra cứu.</li>
<li>Trong lúc chờ, đừng đăng nhập ngân hàng, thư điện tử hay hệ thống của cơ quan trên máy này, và đừng cắm USB của máy này sang máy khác.</li>
<li>Đừng tự cài lại máy hay xóa tệp: người phụ trách cần xem trước đã.</li>
</ol>
<dl>
${speaker.unit === '' ? markup`` : markup`<dt>Đơn vị</dt><dd>${speaker.unit}</dd>`}
<dt>Người phụ trách</dt><dd>${officer(speaker).vi}</dd>
<dt>Mã tra cứu</dt><dd class="code">${reference}</dd>
<dt>Thời gian</dt><dd>${timeText(atMs)}</dd>
</dl>
<p><a class="do" href="${CHECK_PATH}">Kiểm tra máy này</a></p>
<details>
<summary>Trang này bị chặn nhầm?</summary>
<p>Nếu đây là trang bạn cần cho công việc, hãy báo cho chúng tôi. Báo nhầm không ảnh hưởng gì đến bạn.</p>
<form method="post" action="${REPORT_PATH}">
<input type="hidden" name="code" value="${reference}">
<label for="name">Tên trang</label>
<input id="name" name="name" value="${host}" maxlength="253" required autocapitalize="none" spellcheck="false">
<label for="text">Bạn cần trang này để làm gì?</label>
<textarea id="text" name="text" rows="3" maxlength="${MAX_REPORT_TEXT}"></textarea>
<button>Gửi báo chặn nhầm</button>
</form>
</details>`
}

function english({ speaker, host, reference }: NoticeView): Html {
  const what = host === '' ? markup`an address` : markup`<strong>${host}</strong>, an address`
  return markup`<h2>This connection was blocked to protect your computer</h2>
<p>This computer tried to reach ${what} on the malware list that is blocked here. The connection ended here and did not get there.</p>
<p>If you followed a link, it is not safe: close this page. If you opened nothing, a program on this computer may have connected by itself and the computer has to be looked at. It is not your fault.</p>
<p>Call ${officer(speaker).en} and give the code <strong>${reference}</strong>. Until then do not log in to a bank, mail or an agency system here, do not move USB sticks from this computer to others, and do not reinstall it or delete files. <a href="${CHECK_PATH}">Check this computer</a>. If the page is blocked wrongly, use the form above.</p>`
}
