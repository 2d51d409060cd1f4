/** LibreOffice without a screen: many files in one go, with a profile of its own. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const TIMEOUT_MS = 600_000
const ATTEMPTS = 3
/** More, and it ends before the last. */
const AT_ONCE = 150

/** Ways to save, by what the file ends with and how the program calls it. */
export const SAVE_AS = {
  docx: 'docx:MS Word 2007 XML',
  xlsx: 'xlsx:Calc MS Excel 2007 XML',
  pdf: 'pdf',
  taggedPdf: 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}',
  archivePdf: 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}',
} as const

/** Converts `files` into `folder`/out, each under its own name. Rejects where the program fails. */
export async function convert(
  files: readonly string[],
  as: (typeof SAVE_AS)[keyof typeof SAVE_AS],
  folder: string,
): Promise<string> {
  const out = join(folder, 'out')
  if (files.length === 0) return out
  let left = files
  for (let idle = 0; left.length > 0;) {
    await runOffice(left.slice(0, AT_ONCE), as, folder, out)
    const rest = left.filter((file) => !existsSync(join(out, `${parse(file).name}.${as.split(':')[0]}`)))
    idle = rest.length < left.length ? 0 : idle + 1
    if (idle === ATTEMPTS) throw new Error(`soffice does not convert ${left[0]}`)
    left = rest
  }
  return out
}

async function runOffice(
  files: readonly string[],
  as: (typeof SAVE_AS)[keyof typeof SAVE_AS],
  folder: string,
  out: string,
): Promise<void> {
  const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`
  await run(
    'soffice',
    [profile, '--headless', '--norestore', '--convert-to', as, '--outdir', out, ...files],
    {
      timeout: TIMEOUT_MS,
      maxBuffer: 64 << 20,
      env: { ...process.env, HOME: folder, LC_ALL: 'C.UTF-8' },
    },
  )
}
