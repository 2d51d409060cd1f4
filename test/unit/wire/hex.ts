/**
 * Messages in tests, readable: hex digits with any spacing, and text in quotes for the bytes of labels.
 *
 *   hex`1234 0100 0001 0000 0000 0000  03 "www" 04 "evil" 03 "com" 00  0001 0001`
 */
export function hex(parts: TemplateStringsArray, ...values: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes: number[] = []
  parts.forEach((part, index) => {
    for (const [token, text] of part.matchAll(/"([^"]*)"|[^\s"]+/g)) {
      if (text !== undefined) bytes.push(...Buffer.from(text, 'latin1'))
      else {
        if (!/^([0-9a-f]{2})+$/i.test(token)) throw new Error(`not hex: ${token}`)
        bytes.push(...Buffer.from(token, 'hex'))
      }
    }
    const value = values[index]
    if (value !== undefined) bytes.push(...(typeof value === 'string' ? Buffer.from(value, 'hex') : value))
  })
  return Uint8Array.from(bytes)
}

/** The octets `from` to `end` as hex digits, without spaces. */
export function toHex(bytes: Uint8Array, from = 0, end = bytes.length): string {
  return Buffer.from(bytes.subarray(from, end)).toString('hex')
}

/** A 16-bit number as hex digits, for counts and lengths in `hex`. */
export function u16(value: number): string {
  return value.toString(16).padStart(4, '0')
}

/** A 32-bit number as hex digits. */
export function u32(value: number): string {
  return value.toString(16).padStart(8, '0')
}
