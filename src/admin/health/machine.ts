/** The machine under the server: room on the disk of the data directory, memory, whether its clock can be believed. */
import { freemem, totalmem } from 'node:os'
import type { DiskRoom } from '../../metrics/data-directory.ts'
import type { ContainerBridge } from '../../net/container-bridge.ts'
import type { Trouble } from './trouble.ts'

export interface MachineReadings {
  /** Of the disk the data directory is on; null: it is not known. */
  disk(): DiskRoom | null
  /** For this process: of its control group where that has a bound, else of the machine; null: it is not known. */
  memory(): DiskRoom | null
  /** The bridge of a container engine that clients come over; null: they come as they are. */
  readonly bridge: ContainerBridge | null
}

/**
 * What is left for this process to take. Under a bound what it holds is counted, and not what its group is charged with:
 * that counts files in the cache too, which are given up when memory is needed.
 */
export function memoryRoom(): DiskRoom {
  const total = totalmem()
  const bound = process.constrainedMemory()
  if (bound === 0 || bound >= total) return { free: freemem(), size: total }
  return { free: Math.max(0, Math.min(freemem(), bound - process.memoryUsage.rss())), size: bound }
}

const GB = 1 << 30
const MB = 1 << 20
const KB = 1 << 10

/** Below this a disk is nearly full: a twentieth of it, of large ones 2 GB. */
function lowBytes({ size }: DiskRoom): number {
  return Math.min(size / 20, 2 * GB)
}

/** Below this there is none left to speak of. */
function outBytes({ size }: DiskRoom): number {
  return Math.min(size / 100, 200 * MB)
}

/** As people write it: `1.5 GB`, `320 MB`. */
export function sizeText(bytes: number): string {
  if (bytes >= GB) return `${(bytes / GB).toFixed(1)} GB`
  return bytes >= MB ? `${Math.round(bytes / MB)} MB` : `${Math.ceil(bytes / KB)} KB`
}

export function diskTroubles(disk: DiskRoom | null): Trouble[] {
  if (disk === null || disk.free >= lowBytes(disk)) return []
  const of = `${sizeText(disk.free)} / ${sizeText(disk.size)}`
  return [
    {
      part: 'disk',
      severity: disk.free < outBytes(disk) ? 'fail' : 'warn',
      key: 'low',
      detail: {
        vi: `ổ đĩa chứa dữ liệu sắp đầy: còn ${of}`,
        en: `the disk of the data directory is nearly full: ${of} free`,
      },
      advice: {
        vi: 'giải phóng dung lượng: nhật ký cũ, bản sao lưu cũ trong backups/',
        en: 'make room: old logs, old backups under backups/',
      },
    },
  ]
}

export function memoryTroubles(memory: DiskRoom | null): Trouble[] {
  if (memory === null || memory.free >= memory.size / 20) return []
  return [
    {
      part: 'memory',
      severity: 'warn',
      key: 'low',
      detail: {
        vi: `bộ nhớ sắp hết: còn ${sizeText(memory.free)} / ${sizeText(memory.size)}`,
        en: `memory is nearly used up: ${sizeText(memory.free)} / ${sizeText(memory.size)} left`,
      },
      advice: {
        vi: 'xem chương trình nào chiếm bộ nhớ (`top`), hoặc tăng giới hạn của dịch vụ (MemoryMax)',
        en: 'see which program takes it (`top`), or raise the bound of the service (MemoryMax)',
      },
    },
  ]
}
