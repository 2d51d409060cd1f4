/** Small PDF files for tests (ISO 32000-1), written without the code that reads them. */

export interface DrawnPage {
  /** Content stream. Text is drawn in Helvetica by the name /F. */
  readonly content: string
}

/** `text` at a place, in 10 points. */
export function textAt(x: number, y: number, text: string): string {
  return `BT /F 10 Tf ${x} ${y} Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET\n`
}

/** A ruled grid with its upper left corner at (`x`, `y`). */
export function grid(x: number, y: number, widths: readonly number[], heights: readonly number[]): string {
  const width = widths.reduce((a, b) => a + b, 0)
  const height = heights.reduce((a, b) => a + b, 0)
  let drawn = ''
  let at = y
  for (const step of [0, ...heights]) {
    at -= step
    drawn += `${x} ${at} m ${x + width} ${at} l S\n`
  }
  at = x
  for (const step of [0, ...widths]) {
    at += step
    // As some programs draw a line: a thin filled box.
    drawn += `${at - 0.25} ${y - height} 0.5 ${height} re f\n`
  }
  return drawn
}

export function pdf(pages: readonly DrawnPage[]): Buffer {
  const objects: string[] = ['<< /Type /Catalog /Pages 2 0 R >>', '', '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'] // prettier-ignore
  const kids: string[] = []
  for (const { content } of pages) {
    const stream = objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
    const page = objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${stream} 0 R /Resources << /Font << /F 3 0 R >> >> >>`) // prettier-ignore
    kids.push(`${page} 0 R`)
  }
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.join(' ')}] >>`
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  text += offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}
