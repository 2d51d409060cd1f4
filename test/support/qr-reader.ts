/**
 * Reads a QR code module by module, as ISO/IEC 18004 tells readers to: an oracle for what draws them. Byte mode, error
 * correction L, versions 1 to 10; errors are found, not mended.
 */
type Modules = readonly (readonly boolean[])[]

export interface ReadQr {
  readonly text: string
  readonly version: number
  readonly mask: number
  /** Level of error correction. */
  readonly level: string
  /** Both copies of the format agree, and so do all syndromes, and what pads the data is what it should be. */
  readonly isSound: boolean
}

/** Table 9, level L: codewords in all, of correction a block, blocks. */
const LAYOUT = [
  [26, 7, 1], [44, 10, 1], [70, 15, 1], [100, 20, 1], [134, 26, 1], [172, 18, 2], [196, 20, 2], [242, 24, 2], [292, 30, 2], [346, 18, 4],
] as const // prettier-ignore
const LEVELS = ['M', 'L', 'H', 'Q']

export function readQr(modules: Modules): ReadQr {
  const size = modules.length
  const version = (size - 17) / 4
  const layout = LAYOUT[version - 1]
  if (layout === undefined || modules.some((row) => row.length !== size))
    throw new RangeError(`${size} rows are no code`)
  const bit = (row: number, column: number): number => (modules[row]![column] === true ? 1 : 0)
  checkFinders(modules)
  // The format, most significant bit first: along the left finder's sides, and split between the others.
  const first = [0, 1, 2, 3, 4, 5, 7, 8].map((column) => bit(8, column))
  first.push(...[7, 5, 4, 3, 2, 1, 0].map((row) => bit(row, 8)))
  const second = [1, 2, 3, 4, 5, 6, 7].map((back) => bit(size - back, 8))
  second.push(...[8, 7, 6, 5, 4, 3, 2, 1].map((back) => bit(8, size - back)))
  const format = Number.parseInt(first.join(''), 2) ^ 0b101010000010010
  const mask = (format >> 10) & 7
  const level = LEVELS[format >> 13]!
  const codewords = readCodewords(modules, version, mask)
  const [total, correction, blocks] = layout
  const deinterleaved = split(codewords.slice(0, total), correction, blocks)
  const data = deinterleaved.flatMap(({ data: own }) => own)
  const bits = data.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  if (!bits.startsWith('0100')) throw new RangeError('this is no byte mode')
  const countBits = version < 10 ? 8 : 16
  const count = Number.parseInt(bits.slice(4, 4 + countBits), 2)
  const from = 4 + countBits
  const bytes = Array.from({ length: count }, (_value, at) => Number.parseInt(bits.slice(from + at * 8, from + at * 8 + 8), 2)) // prettier-ignore
  const rest = bits.slice(from + count * 8 + 4)
  const isSound =
    first.join('') === second.join('') &&
    isFormat(format) &&
    (version < 7 || isVersion(modules, version)) &&
    deinterleaved.every(({ all }) => syndromes(all, correction).every((value) => value === 0)) &&
    ('1110110000010001'.repeat(200).startsWith(rest) || rest === '')
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  return { text, version, mask, level, isSound }
}

function checkFinders(modules: Modules): void {
  const size = modules.length
  const rows = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']
  for (const [top, left] of [
    [0, 0],
    [0, size - 7],
    [size - 7, 0],
  ] as const)
    // prettier-ignore
    for (const [at, row] of rows.entries()) {
      const found = modules[top + at]!.slice(left, left + 7).map((isDark) => (isDark ? '1' : '0')).join('') // prettier-ignore
      if (found !== row) throw new RangeError(`no finder at ${top}, ${left}`)
    }
}

/** Remainder of the BCH (15, 5) code. */
function isFormat(format: number): boolean {
  let rest = format
  for (let bit = 14; bit >= 10; bit--) if ((rest >> bit) & 1) rest ^= 0b10100110111 << (bit - 10)
  return rest === 0
}

/** Both copies of the version, with the remainder of the BCH (18, 6) code. */
function isVersion(modules: Modules, version: number): boolean {
  const far = modules.length - 11
  const read = (isAbove: boolean): number => {
    let value = 0
    for (let at = 17; at >= 0; at--) {
      const [near, along] = [Math.trunc(at / 3), far + (at % 3)]
      value = value * 2 + Number(isAbove ? modules[near]![along] : modules[along]![near])
    }
    return value
  }
  let rest = read(true)
  for (let bit = 17; bit >= 12; bit--) if ((rest >> bit) & 1) rest ^= 0b1111100100101 << (bit - 12)
  return rest === 0 && read(true) === read(false) && read(true) >> 12 === version
}

const MASKS: readonly ((i: number, j: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => ((i >> 1) + Math.trunc(j / 3)) % 2 === 0,
  (i, j) => (i * j) % 6 === 0,
  (i, j) => (i * j) % 6 < 3,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
]

/** Where no data stands, by the words of the standard: finders with separators and format, timing, alignment, version. */
function isFunction(version: number, row: number, column: number): boolean {
  const size = 17 + 4 * version
  if (row === 6 || column === 6) return true
  if (row < 9 && (column < 9 || column >= size - 8)) return true
  if (row >= size - 8 && column < 9) return true
  if (version >= 7 && ((row < 6 && column >= size - 11) || (column < 6 && row >= size - 11))) return true
  const centres = version === 1 ? [] : version < 7 ? [6, size - 7] : [6, (size - 1) / 2, size - 7]
  const near = (value: number): number | undefined => centres.find((centre) => Math.abs(centre - value) <= 2)
  const [y, x] = [near(row), near(column)]
  if (y === undefined || x === undefined) return false
  const isCorner = (y === 6 && (x === 6 || x === size - 7)) || (y === size - 7 && x === 6)
  return !isCorner
}

function readCodewords(modules: Modules, version: number, mask: number): number[] {
  const size = modules.length
  const bits: number[] = []
  let isUpwards = true
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const row = isUpwards ? size - 1 - step : step
      for (const column of [right, right - 1])
        if (!isFunction(version, row, column))
          bits.push(Number(modules[row]![column] !== MASKS[mask]!(row, column)))
    }
    isUpwards = !isUpwards
  }
  return Array.from({ length: bits.length >> 3 }, (_value, at) =>
    Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(''), 2),
  )
}

function split(codewords: readonly number[], correction: number, blocks: number) {
  const dataTotal = codewords.length - correction * blocks
  const short = Math.floor(dataTotal / blocks)
  const longFrom = blocks - (dataTotal % blocks)
  return Array.from({ length: blocks }, (_value, block) => {
    const data = Array.from({ length: short }, (_one, at) => codewords[at * blocks + block]!)
    if (block >= longFrom) data.push(codewords[short * blocks + block - longFrom]!)
    const own = Array.from({ length: correction }, (_one, at) => codewords[dataTotal + at * blocks + block]!)
    return { data, all: [...data, ...own] }
  })
}

const POWERS = powers()

function powers(): readonly number[] {
  const list = [1]
  while (list.length < 255) {
    const next = list.at(-1)! << 1
    list.push(next > 255 ? next ^ 0x11d : next)
  }
  return list
}

/** The block as a polynomial at 2^0, 2^1 …: all 0 where nothing was changed. */
function syndromes(block: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_value, power) => {
    let sum = 0
    for (const codeword of block) {
      const product = sum === 0 ? 0 : POWERS[(POWERS.indexOf(sum) + power) % 255]!
      sum = product ^ codeword
    }
    return sum
  })
}
