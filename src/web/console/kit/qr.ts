/**
 * QR codes (ISO/IEC 18004) of short texts: byte mode, error correction L, versions 1 to 10, which hold 271 bytes. They
 * stand on a screen, where nothing is worn off.
 */

/** Codewords of data of each block, and of error correction of each; by version. */
const BLOCKS: readonly { readonly data: readonly number[]; readonly correction: number }[] = [
  { data: [19], correction: 7 },
  { data: [34], correction: 10 },
  { data: [55], correction: 15 },
  { data: [80], correction: 20 },
  { data: [108], correction: 26 },
  { data: [68, 68], correction: 18 },
  { data: [78, 78], correction: 20 },
  { data: [97, 97], correction: 24 },
  { data: [116, 116], correction: 30 },
  { data: [68, 68, 69, 69], correction: 18 },
]
/** Centres of the alignment patterns (Annex E). */
const CENTRES: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
] // prettier-ignore

/** Whether a mask turns the module of a row and column over (table 10). */
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_row, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
]

/** Rows of modules, true where dark; null: unset. */
type Modules = (boolean | null)[][]

/** The code of a text, without the quiet zone around it (4 modules); null: the text is too long for one. */
export function qrCode(text: string): readonly (readonly boolean[])[] | null {
  const bytes = new TextEncoder().encode(text)
  const index = BLOCKS.findIndex(({ data }, at) => sum(data) >= bytes.length + headBytes(at + 1))
  if (index < 0) return null
  const version = index + 1
  const codewords = interleave(dataOf(bytes, version), version)
  const frame = drawFrame(version)
  const drawn = MASKS.map((_mask, mask) => draw(frame, codewords, mask))
  return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best))
}

/** Four bits of the mode and the count's: a byte more than the count, with the half byte at the end. */
function headBytes(version: number): number {
  return version < 10 ? 2 : 3
}

function dataOf(bytes: Uint8Array, version: number): number[] {
  const capacity = sum(BLOCKS[version - 1]!.data)
  // Mode 0100, the count, the bytes, the terminator: all shifted by the half byte of the mode.
  const head = version < 10 ? [bytes.length] : [bytes.length >> 8, bytes.length & 0xff]
  const whole = [...head, ...bytes]
  const data = [0x40 | (whole[0]! >> 4)]
  for (const [at, byte] of whole.entries()) data.push(((byte & 0x0f) << 4) | ((whole[at + 1] ?? 0) >> 4))
  for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad)
  return data
}

/** Data and correction of all blocks, a codeword of each in turn. */
function interleave(data: readonly number[], version: number): number[] {
  const { data: sizes, correction } = BLOCKS[version - 1]!
  let from = 0
  const blocks = sizes.map((size) => data.slice(from, (from += size)))
  const corrections = blocks.map((block) => correctionOf(block, correction))
  const longest = Math.max(...sizes)
  const out: number[] = []
  for (let at = 0; at < longest; at++) for (const block of blocks) if (at < block.length) out.push(block[at]!)
  for (let at = 0; at < correction; at++) for (const block of corrections) out.push(block[at]!)
  return out
}

/** Reed-Solomon over GF(256): the remainder of the block by the product of (x - 2^i). */
function correctionOf(block: readonly number[], count: number): number[] {
  let generator = [1]
  for (let power = 0, root = 1; power < count; power++, root = multiply(root, 2))
    generator = [...generator, 0].map((value, at) => value ^ multiply(at > 0 ? generator[at - 1]! : 0, root))
  let rest = Array.from({ length: count }, () => 0)
  for (const byte of block) {
    const factor = byte ^ rest[0]!
    rest = [...rest.slice(1), 0].map((value, at) => value ^ multiply(generator[at + 1]!, factor))
  }
  return rest
}

/** In GF(256) with x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    product ^= ((b >> bit) & 1) * a
  }
  return product
}

/** Everything that is no data; the places of the format are set, to be written over. */
function drawFrame(version: number): Modules {
  const size = 17 + 4 * version
  const modules: Modules = Array.from({ length: size }, () => Array.from({ length: size }, () => null))
  const square = (row: number, column: number, radius: number, isDark: (ring: number) => boolean): void => {
    for (let y = -radius; y <= radius; y++)
      for (let x = -radius; x <= radius; x++) {
        const line = modules[row + y]
        if (line !== undefined && column + x >= 0 && column + x < size)
          line[column + x] = isDark(Math.max(Math.abs(x), Math.abs(y)))
      }
  }
  for (let at = 0; at < size; at++) modules[6]![at] = modules[at]![6] = at % 2 === 0
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    // prettier-ignore
    square(row, column, 4, (ring) => ring !== 2 && ring !== 4)
  const centres = CENTRES[version - 1]!
  const isFinder = (row: number, column: number): boolean =>
    (row === 6 && (column === 6 || column === size - 7)) || (row === size - 7 && column === 6)
  for (const row of centres)
    for (const column of centres) if (!isFinder(row, column)) square(row, column, 2, (ring) => ring !== 1)
  drawFormat(modules, 0)
  if (version >= 7) drawVersion(modules, version)
  return modules
}

/** Error correction L is 01; BCH (15, 5) and the mask of the format (§7.9). */
function drawFormat(modules: Modules, mask: number): void {
  const size = modules.length
  const data = (0b01 << 3) | mask
  let rest = data
  for (let bit = 0; bit < 10; bit++) rest = (rest << 1) ^ ((rest >> 9) * 0x537)
  const bits = ((data << 10) | rest) ^ 0x5412
  for (let at = 0; at < 15; at++) {
    const isDark = ((bits >> at) & 1) === 1
    // Beside the upper left finder, without the timing; then split between the two others.
    const along = at < 6 ? at : at < 8 ? at + 1 : size - 15 + at
    modules[along]![8] = isDark
    const across = at < 8 ? size - 1 - at : at === 8 ? 7 : 14 - at
    modules[8]![across] = isDark
  }
  modules[size - 8]![8] = true
}

/** BCH (18, 6), twice (§7.10). */
function drawVersion(modules: Modules, version: number): void {
  let rest = version
  for (let bit = 0; bit < 12; bit++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25)
  const bits = (version << 12) | rest
  for (let at = 0; at < 18; at++) {
    const isDark = ((bits >> at) & 1) === 1
    const far = modules.length - 11 + (at % 3)
    const near = Math.floor(at / 3)
    modules[far]![near] = modules[near]![far] = isDark
  }
}

/** The bits in two columns at a time, upwards and downwards in turn, from the right; the timing column is left out. */
function draw(frame: Modules, codewords: readonly number[], mask: number): boolean[][] {
  const modules = frame.map((row) => [...row])
  drawFormat(modules, mask)
  const size = modules.length
  const isMasked = MASKS[mask]!
  let bit = 0
  for (let right = size - 1; right >= 1; right -= right === 8 ? 3 : 2) {
    const isUpwards = ((right + 1) & 2) === 0
    for (let step = 0; step < size; step++) {
      const row = isUpwards ? size - 1 - step : step
      for (const column of [right, right - 1]) {
        if (frame[row]![column] !== null) continue
        const isDark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1
        modules[row]![column] = isDark !== isMasked(row, column)
        bit += 1
      }
    }
  }
  return modules.map((row) => row.map((isDark) => isDark === true))
}

/** How hard it is to read (§7.8.3): runs, blocks, what looks like a finder, more dark than light. */
function penalty(modules: readonly (readonly boolean[])[]): number {
  const rows = modules.map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''))
  const columns = modules.map((_row, at) => rows.map((row) => row[at]!).join(''))
  let points = 0
  for (const line of [...rows, ...columns]) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2
    points += 40 * [...line.matchAll(/(?=00001011101|10111010000)/g)].length
  }
  for (let row = 1; row < rows.length; row++)
    for (let column = 1; column < rows.length; column++) {
      const four = rows[row - 1]!.slice(column - 1, column + 1) + rows[row]!.slice(column - 1, column + 1)
      if (four === '0000' || four === '1111') points += 3
    }
  const dark = rows.join('').replaceAll('0', '').length
  return points + 10 * Math.floor(Math.abs((20 * dark) / rows.length ** 2 - 10))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
