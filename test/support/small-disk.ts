/** A file system of a few megabytes, in memory: can be filled, freed and made read-only. Needs root. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './lab.ts'

const MOUNTS = '/run/thanhloc-disks'
const FILLER = 'filler'
const SMALLEST = 512

export class SmallDisk {
  /** On a disk of ordinary size; removed with the small one. */
  readonly directory: string
  /** `data` in that directory. */
  readonly path: string
  readonly #filler: string

  /** Mounted until `remove`; what a killed run left mounted is removed by the next. */
  constructor(megabytes: number) {
    sweep()
    this.directory = join(MOUNTS, `${process.pid}-${Math.random().toString(36).slice(2, 7)}`)
    this.path = join(this.directory, 'data')
    this.#filler = join(this.path, FILLER)
    mkdirSync(this.path, { recursive: true })
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'thanhloc-test', this.path)
  }

  /** Not one byte more goes in. */
  fill(): void {
    const file = openSync(this.#filler, 'a')
    try {
      for (let bytes = 1 << 20; bytes >= SMALLEST;) {
        try {
          writeSync(file, Buffer.alloc(bytes))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          bytes >>= 1
        }
      }
    } finally {
      closeSync(file)
    }
  }

  free(): void {
    rmSync(this.#filler)
  }

  setReadOnly(isReadOnly: boolean): void {
    run('mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path)
  }

  /** Safe to call twice. */
  remove(): void {
    remove(this.directory)
  }
}

function remove(directory: string): void {
  const path = join(directory, 'data')
  if (mounted().includes(path)) run('umount', '--lazy', path)
  rmSync(directory, { recursive: true, force: true })
}

function mounted(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${MOUNTS}/`))
}

function sweep(): void {
  for (const path of mounted()) {
    const pid = path.slice(MOUNTS.length + 1).split('-')[0]!
    if (!existsSync(`/proc/${pid}`)) remove(dirname(path))
  }
}
