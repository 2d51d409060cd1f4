/** The ruled lines of a PDF page: strokes and thin filled boxes, from its drawing operators. Points, y upwards. */

import { apply, type Matrix, multiply, type Point } from './pdf-matrix.ts'

export interface Rulings {
  readonly horizontal: readonly Ruling[]
  readonly vertical: readonly Ruling[]
}

export interface Ruling {
  /** y of a horizontal one, x of a vertical one. */
  readonly at: number
  readonly from: number
  readonly to: number
}

export interface Operators {
  readonly fnArray: readonly number[]
  readonly argsArray: readonly unknown[]
}

/** The numbers of operators that are looked at. */
export type OperatorCodes = Readonly<Record<
  | 'save' | 'restore' | 'transform' | 'constructPath' | 'paintFormXObjectBegin' | 'paintFormXObjectEnd'
  | 'stroke' | 'closeStroke' | 'fill' | 'eoFill' | 'fillStroke' | 'eoFillStroke' | 'closeFillStroke' | 'closeEOFillStroke',
  number
>> // prettier-ignore

/** Thicker is a coloured area. */
const THICKEST = 3
/** Shorter is a part of a letter or a dash. */
const SHORTEST = 4
const MAX_RULINGS = 20_000
/** Path commands, each with how many numbers follow it. */
const PATH = { move: 0, line: 1, curve: 2, quadratic: 3, close: 4 } as const

/** `start`: how the page is turned. */
export function readRulings(operators: Operators, codes: OperatorCodes, start: Matrix): Rulings {
  const horizontal: Ruling[] = []
  const vertical: Ruling[] = []
  const stack: Matrix[] = []
  let matrix = start
  const painted = new Set([codes.stroke, codes.closeStroke, codes.fill, codes.eoFill, codes.fillStroke, codes.eoFillStroke, codes.closeFillStroke, codes.closeEOFillStroke]) // prettier-ignore

  const add = (x1: number, y1: number, x2: number, y2: number): void => {
    if (horizontal.length + vertical.length >= MAX_RULINGS) return
    const width = Math.abs(x2 - x1)
    const height = Math.abs(y2 - y1)
    if (height <= THICKEST && width >= SHORTEST && width > height) {
      horizontal.push({ at: (y1 + y2) / 2, from: Math.min(x1, x2), to: Math.max(x1, x2) })
    } else if (width <= THICKEST && height >= SHORTEST && height > width) {
      vertical.push({ at: (x1 + x2) / 2, from: Math.min(y1, y2), to: Math.max(y1, y2) })
    }
  }

  for (const [index, code] of operators.fnArray.entries()) {
    const args = operators.argsArray[index] as readonly unknown[] | null
    if (code === codes.save) stack.push(matrix)
    else if (code === codes.restore || code === codes.paintFormXObjectEnd) matrix = stack.pop() ?? matrix
    else if (code === codes.transform) matrix = multiply(matrix, args as unknown as Matrix)
    else if (code === codes.paintFormXObjectBegin) {
      stack.push(matrix)
      if (args?.[0]) matrix = multiply(matrix, args[0] as Matrix)
    } else if (code === codes.constructPath && args !== null && painted.has(args[0] as number)) {
      const data = (args[1] as readonly (ArrayLike<number> | null)[])[0]
      if (data) readPath(data, matrix, args[0] === codes.fill || args[0] === codes.eoFill, add)
    }
  }
  return { horizontal, vertical }
}

/** Filled: each closed piece is one box. Stroked: each straight piece is a line. */
function readPath(
  data: ArrayLike<number>,
  matrix: Matrix,
  isFilled: boolean,
  add: (x1: number, y1: number, x2: number, y2: number) => void,
): void {
  let start: Point = [0, 0]
  let last: Point = [0, 0]
  let box: [number, number, number, number] | null = null
  const flush = (): void => {
    if (isFilled && box !== null) add(...box)
    box = null
  }
  for (let at = 0; at < data.length;) {
    const command = data[at++]
    if (command === PATH.close) {
      if (!isFilled) add(...last, ...start)
      last = start
      continue
    }
    at += command === PATH.curve ? 4 : command === PATH.quadratic ? 2 : 0
    const point = apply(matrix, data[at]!, data[at + 1]!)
    at += 2
    if (command === PATH.move) {
      flush()
      start = point
      box = [...point, ...point]
    } else {
      if (!isFilled && command === PATH.line) add(...last, ...point)
      if (box !== null) box = [Math.min(box[0], point[0]), Math.min(box[1], point[1]), Math.max(box[2], point[0]), Math.max(box[3], point[1])] // prettier-ignore
    }
    last = point
  }
  flush()
}
