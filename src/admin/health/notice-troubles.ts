/** What is wrong with the notice service. Names are blocked without it; what people see is an error, and no contact is noted. */
import type { NoticeStatus } from '../notice-desk/notice-desk.ts'
import type { Trouble } from './trouble.ts'

export function noticeTroubles({ isWanted, fault, connected }: NoticeStatus): Trouble[] {
  if (!isWanted) return []
  if (fault !== null)
    return [
      {
        part: 'notice',
        severity: 'warn',
        key: 'socket',
        detail: {
          vi: `không mở được socket cho trang thông báo: ${fault}`,
          en: `the socket for the notice service cannot be listened on: ${fault}`,
        },
        advice: {
          vi: 'kiểm tra thư mục của `notice.socket`: phải có, và dịch vụ DNS được ghi vào đó; `thanhloc doctor`',
          en: 'see to the directory of `notice.socket`: it must be there, and the server may write to it; `thanhloc doctor`',
        },
      },
    ]
  if (connected.length > 0) return []
  return [
    {
      part: 'notice',
      severity: 'warn',
      key: 'away',
      detail: {
        vi: 'dịch vụ trang thông báo chưa kết nối: người bị chặn không thấy giải thích, kết nối của mã độc không được ghi',
        en: 'the notice service is not connected: who is blocked sees no explanation, and no contact is noted',
      },
      advice: {
        vi: '`systemctl status thanhloc-notice`, rồi `systemctl restart thanhloc-notice`',
        en: '`systemctl status thanhloc-notice`, then `systemctl restart thanhloc-notice`',
      },
    },
  ]
}
