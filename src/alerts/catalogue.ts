/** Every word that people read in an alert, Vietnamese first. */
import type { ConditionKind, Kind, Severity, Subject } from './alert.ts'

/** The same in both languages. */
export interface Words {
  readonly vi: string
  readonly en: string
}

export type Language = keyof Words

/** One line, and the sentence that says what it means or what to do. */
export interface Wording {
  readonly title: Words
  readonly sentence: Words
}

export const WORDING: Readonly<Record<Kind, Wording>> = {
  'case-new': {
    title: { vi: 'Phát hiện máy nghi nhiễm mã độc', en: 'A machine may be infected' },
    sentence: {
      vi: 'Một máy trong mạng đã hỏi tên miền hoặc địa chỉ có trong danh sách độc hại; hồ sơ xử lý đã được mở.',
      en: 'A machine inside asked for a name or an address on a list of malware; a case has been opened.',
    },
  },
  'case-reinfected': {
    title: { vi: 'Máy đã làm sạch lại có dấu hiệu nhiễm mã độc', en: 'A cleaned machine shows signs again' },
    sentence: {
      vi: 'Một máy đã được xác nhận làm sạch lại hỏi tên miền hoặc địa chỉ độc hại; hồ sơ được mở lại.',
      en: 'A machine that was reported clean asked again for a listed name or address; its case is open again.',
    },
  },
  'priority-unit-hit': {
    title: {
      vi: 'Máy thuộc đơn vị cần ưu tiên xử lý có kết nối độc hại',
      en: 'A machine of a priority unit asked for a listed name',
    },
    sentence: {
      vi: 'Đơn vị có địa chỉ trong danh sách IP mạng botnet được cảnh báo; đề nghị rà soát, bóc gỡ trước.',
      en: 'The unit owns addresses on a botnet list it was warned of; its machines are to be cleaned first.',
    },
  },
  'list-stale': {
    title: { vi: 'Danh sách chặn đã lâu không được cập nhật', en: 'A list has not been renewed for long' },
    sentence: {
      vi: 'Việc chặn vẫn theo bản cũ; chỉ dấu mới chưa được áp dụng.',
      en: 'The old version stays in force; newer indicators are not blocked.',
    },
  },
  'list-failed': {
    title: { vi: 'Không nạp được danh sách chặn', en: 'A list could not be taken' },
    sentence: {
      vi: 'Bản tốt gần nhất vẫn có hiệu lực, nếu có; cần kiểm tra tệp danh sách.',
      en: 'Its last good version stays in force, where there is one; look at the file.',
    },
  },
  'upstreams-down': {
    title: { vi: 'Máy chủ DNS cấp trên không trả lời', en: 'The upstream resolvers do not answer' },
    sentence: {
      vi: 'Tên miền sạch không phân giải được hoặc chỉ theo câu trả lời đã lưu; việc chặn vẫn hoạt động.',
      en: 'Clean names fail or are answered from the cache; blocking goes on.',
    },
  },
  'store-trouble': {
    title: { vi: 'Không ghi được cơ sở dữ liệu', en: 'The database cannot be written' },
    sentence: {
      vi: 'Phân giải tên miền vẫn hoạt động; các lần truy vấn độc hại tạm giữ trong bộ nhớ có giới hạn.',
      en: 'DNS goes on; hits wait in memory, up to a bound.',
    },
  },
  'node-away': {
    title: { vi: 'Không lấy được dữ liệu của máy chủ kia', en: 'The other server cannot be followed' },
    sentence: {
      vi: 'Danh sách máy ở đây có thể thiếu những gì máy chủ kia ghi nhận; nếu máy chủ đó ngừng, cần khôi phục.',
      en: 'What it sees is missing here until it is back; where it is down, bring it up.',
    },
  },
  test: {
    title: { vi: 'Tin thử', en: 'Test message' },
    sentence: {
      vi: 'Tin này được gửi để kiểm tra kênh cảnh báo; không cần xử lý.',
      en: 'Sent to try this alert channel; nothing is to be done.',
    },
  },
}

/** What is said when a condition has ended. */
export const RESOLVED: Readonly<Record<ConditionKind, Wording>> = {
  'list-stale': {
    title: { vi: 'Danh sách chặn đã được cập nhật', en: 'The list has been renewed' },
    sentence: { vi: 'Bản mới đã có hiệu lực.', en: 'Its new version is in force.' },
  },
  'list-failed': {
    title: { vi: 'Đã nạp được danh sách chặn', en: 'The list has been taken' },
    sentence: { vi: 'Danh sách đã có hiệu lực trở lại.', en: 'It is in force again.' },
  },
  'upstreams-down': {
    title: { vi: 'Máy chủ DNS cấp trên đã trả lời trở lại', en: 'The upstream resolvers answer again' },
    sentence: { vi: 'Phân giải tên miền đã bình thường.', en: 'Clean names are resolved as ever.' },
  },
  'store-trouble': {
    title: { vi: 'Đã ghi được cơ sở dữ liệu trở lại', en: 'The database can be written again' },
    sentence: { vi: 'Dữ liệu tạm giữ đang được ghi.', en: 'What waited in memory is being written.' },
  },
  'node-away': {
    title: { vi: 'Đã lấy lại được dữ liệu của máy chủ kia', en: 'The other server can be followed again' },
    sentence: { vi: 'Những gì còn thiếu đang được bổ sung.', en: 'What was missing is being taken over.' },
  },
}

/** In the order in which a message lists them. */
export const FIELDS = {
  unitName: { vi: 'Đơn vị', en: 'Unit' },
  unit: { vi: 'Mã đơn vị', en: 'Unit id' },
  hostName: { vi: 'Tên máy', en: 'Machine' },
  address: { vi: 'Địa chỉ', en: 'Address' },
  indicator: { vi: 'Chỉ dấu', en: 'Indicator' },
  campaignTitle: { vi: 'Chiến dịch', en: 'Campaign' },
  campaign: { vi: 'Mã chiến dịch', en: 'Campaign id' },
  document: { vi: 'Văn bản', en: 'Document' },
  list: { vi: 'Danh sách', en: 'List' },
  caseId: { vi: 'Hồ sơ số', en: 'Case' },
  clientId: { vi: 'Máy số', en: 'Client' },
  reason: { vi: 'Chi tiết', en: 'Details' },
} as const satisfies Record<keyof Subject, Words>

export const SEVERITY_WORDS: Readonly<Record<Severity, Words>> = {
  info: { vi: 'thông tin', en: 'info' },
  low: { vi: 'thấp', en: 'low' },
  medium: { vi: 'trung bình', en: 'medium' },
  high: { vi: 'cao', en: 'high' },
  critical: { vi: 'nghiêm trọng', en: 'critical' },
}

export const LABELS = {
  time: { vi: 'Thời điểm', en: 'Time' },
  severity: { vi: 'Mức độ', en: 'Severity' },
  server: { vi: 'Máy chủ', en: 'Server' },
  message: { vi: 'Mã tin', en: 'Message' },
} as const satisfies Record<string, Words>

/** What stands behind a title for the alerts that one message tells of beside its own. */
export function andMore(count: number): Words {
  return { vi: `và ${count} cảnh báo khác`, en: `and ${count} more` }
}

/** The heading above what these alerts were. */
export const MORE: Words = {
  vi: 'Cảnh báo khác, gộp vào tin này',
  en: 'Other alerts, told of by this message',
}

/** Below the ones that are listed, for those that are only counted. */
export function andOthers(count: number): Words {
  return { vi: `… và ${count} cảnh báo nữa`, en: `… and ${count} others` }
}
