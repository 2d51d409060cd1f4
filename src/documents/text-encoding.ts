/** Text in whatever encoding an office writes: UTF-8, UTF-16, windows-1258. */
import { DocumentError } from './limits.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1258'

const SAMPLE_BYTES = 4096

export interface Decoded {
  readonly text: string
  readonly encoding: Encoding
}

/** The text of `bytes`, without its byte order mark. Throws DocumentError for what is no text. */
export function decodeText(bytes: Uint8Array): Decoded {
  const marked = byMark(bytes)
  if (marked !== null) return { text: new TextDecoder(marked).decode(bytes), encoding: marked }
  const wide = withoutMark(bytes)
  if (wide !== null) return { text: new TextDecoder(wide).decode(bytes), encoding: wide }
  if (bytes.subarray(0, SAMPLE_BYTES).includes(0))
    throw new DocumentError('không phải văn bản: có byte 0 · it is no text: it holds zero bytes')
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    // Every byte means something there, so it comes last.
    return { text: new TextDecoder('windows-1258').decode(bytes), encoding: 'windows-1258' }
  }
}

function byMark(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return null
}

/** UTF-16 without a mark: text that is mostly ASCII has a zero in nearly every second place. */
function withoutMark(bytes: Uint8Array): Encoding | null {
  const size = Math.min(bytes.length, SAMPLE_BYTES) & ~1
  if (size < 4) return null
  const zeros = [0, 0]
  for (let at = 0; at < size; at++) if (bytes[at] === 0) zeros[at & 1]!++
  const half = size / 2
  if (zeros[1]! > half * 0.7 && zeros[0]! < half * 0.05) return 'utf-16le'
  if (zeros[0]! > half * 0.7 && zeros[1]! < half * 0.05) return 'utf-16be'
  return null
}
