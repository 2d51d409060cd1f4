/** The imported files as they came, under `<data>/imports/`, mode 0600: what a decision was made on can be looked at again. */
import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from './problem.ts'

const INCOMING = 'incoming-'

/** A file that has come in and belongs to no import yet. */
export interface Incoming {
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export class Originals {
  readonly #directory: string

  /** `data` is the data directory. */
  constructor(data: string) {
    this.#directory = join(data, 'imports')
  }

  /** Removes what was coming in when the program ended. Throws what the file system says. */
  clean(): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(this.#directory))
      if (name.startsWith(INCOMING)) rmSync(join(this.#directory, name), { force: true })
  }

  /** Writes what comes to the disk. Rejects with ReviewError where it is empty or longer than `mostBytes`. */
  async receive(chunks: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Incoming> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const path = join(this.#directory, `${INCOMING}${randomUUID()}`)
    const file = openSync(path, 'wx', 0o600)
    const digest = createHash('sha256')
    let bytes = 0
    try {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > mostBytes) refuse('too-large', `The file is larger than ${mostBytes >> 20} MiB.`)
        digest.update(chunk)
        for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at)
      }
      if (bytes === 0) refuse('wrong', 'The file is empty.')
      fsyncSync(file)
      return { path, bytes, sha256: digest.digest('hex') }
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
  }

  /** It is file `number` of import `id` from now on. Throws what the file system says. */
  keep({ path }: Incoming, id: number, number: number): void {
    renameSync(path, this.path(id, number))
  }

  drop({ path }: Incoming): void {
    rmSync(path, { force: true })
  }

  /** Rejects with what the file system says. */
  read(id: number, number: number): Promise<Uint8Array> {
    return readFile(this.path(id, number))
  }

  remove(id: number, number: number): void {
    rmSync(this.path(id, number), { force: true })
  }

  path(id: number, number: number): string {
    return join(this.#directory, `${id}-${number}`)
  }
}
