/** pdf.js, as far as it is used: pages to their drawing operators. */
import { DocumentError } from './limits.ts'
import type { OperatorCodes, Operators } from './pdf-rulings.ts'
import type { TextCodes } from './pdf-text.ts'

interface PdfPage {
  /** Degrees, clockwise. */
  readonly rotate: number
  readonly view: readonly [number, number, number, number]
  getOperatorList(): Promise<Operators>
  cleanup(): void
}

interface PdfDocument {
  readonly numPages: number
  getPage(number: number): Promise<PdfPage>
  cleanup(): Promise<void>
}

interface PdfLibrary {
  readonly OPS: OperatorCodes & TextCodes
  readonly VerbosityLevel: { readonly ERRORS: number }
  getDocument(options: Readonly<Record<string, unknown>>): { readonly promise: Promise<PdfDocument> }
}

/** Throws DocumentError where it is damaged or protected. */
export async function openPdf(
  bytes: Uint8Array,
): Promise<{ readonly document: PdfDocument; readonly codes: PdfLibrary['OPS'] }> {
  // Two megabytes that only this format needs.
  const library = (await import('unpdf/pdfjs')) as unknown as PdfLibrary
  try {
    const document = await library.getDocument({
      data: Uint8Array.from(bytes),
      isEvalSupported: false,
      useSystemFonts: false,
      disableFontFace: true,
      useWorkerFetch: false,
      enableXfa: false,
      stopAtErrors: false,
      verbosity: library.VerbosityLevel.ERRORS,
    }).promise
    return { document, codes: library.OPS }
  } catch (error) {
    const { name, message } = error as Error
    const why =
      name === 'PasswordException'
        ? 'tệp có mật khẩu: hãy lưu lại không đặt mật khẩu · it is protected by a password: save it without one'
        : `tệp đã hỏng: hãy xin nơi gửi gửi lại · it is damaged, ask the sender for it again: ${message}`
    throw new DocumentError(why, { cause: error })
  }
}
