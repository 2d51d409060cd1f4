/** Why a proposal is held, as far as this server knows it and the reader of the file cannot: codes and sentences. */
import { REASONS, type ReasonCode } from '../indicators/reasons.ts'
import type { GuardReason } from '../lists/outcome.ts'

const OF_THIS_SERVER = {
  'own-record': 'Máy chủ này tự trả lời tên đó (records). · This server answers for the name itself (`records`).',
  'forward-zone': 'Thuộc vùng tên nội bộ được chuyển tiếp. · In a zone that is forwarded inside the agency.',
  'own-address': 'Địa chỉ của chính cơ quan hoặc máy chủ này. · An address of the agency or of this server.',
  'upstream': 'Máy chủ phân giải mà máy chủ này hỏi. · A resolver that this server asks.',
  'sinkhole': 'Địa chỉ sinkhole. · A sinkhole address.',
  'shared-address': 'Nhiều tên sạch được hỏi tại đây cùng dẫn tới địa chỉ này (CDN, hosting dùng chung). · Many clean names that are asked for here lead to this address (CDN, shared hosting).',
  'allowed': 'Đang được cho phép, bằng tay hoặc bằng danh sách. · Let through now, by hand or by an allow list.',
} as const // prettier-ignore

export type ReviewReason = ReasonCode | GuardReason | 'allowed' | 'shared-address'

const ALL: Readonly<Record<ReviewReason, string>> = { ...REASONS, ...OF_THIS_SERVER }

export const REVIEW_REASONS = Object.keys(ALL) as readonly ReviewReason[]

/** The sentences of `codes`, in one line. */
export function explainReasons(codes: readonly ReviewReason[]): string {
  return codes.map((code) => ALL[code]).join(' ')
}
