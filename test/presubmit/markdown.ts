/** The pages for people, taken apart: code blocks, code spans, links, headings, commands with what they print. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface CodeBlock {
  readonly language: string
  readonly text: string
}

/** A command as typed behind `$ `, and what stands below it. */
export interface Step {
  readonly command: string
  readonly output: string
}

export interface Page {
  /** From the project's directory. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly CodeBlock[]
  /** Code spans and links of the text, those in code blocks not counted. */
  readonly spans: readonly string[]
  readonly links: readonly string[]
  /** As anchors, the way GitHub makes them. */
  readonly anchors: readonly string[]
}

/** README, CHANGELOG, what is under docs, and the page beside the lists. */
export function readPages(): Page[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  return ['README.md', 'CHANGELOG.md', 'blocklists/README.md', ...docs].map(readPage)
}

export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8')
  const blocks: CodeBlock[] = []
  const prose = text.replace(/^```(\w*).*\n([\s\S]*?)^```$/gm, (_, language: string, body: string) => {
    blocks.push({ language, text: body })
    return ''
  })
  return {
    path,
    text,
    blocks,
    spans: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!),
    links: [...prose.replace(/`[^`\n]+`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!),
    anchors: [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)),
  }
}

/** The steps of all `console` blocks, in order. */
export function stepsOf(page: Page): Step[] {
  return page.blocks
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => text.split(/^\$ /m).filter((part) => part !== ''))
    .map((part) => {
      const [command = '', ...output] = part.trimEnd().split('\n')
      return { command, output: output.join('\n') }
    })
}

/** Everything that is code: spans, and the lines of blocks. */
export function codeOf({ spans, blocks }: Page): string[] {
  return [...spans, ...blocks.flatMap(({ text }) => text.split('\n'))]
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-')
}
