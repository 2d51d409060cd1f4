/** What each part of the server says of itself where nothing is wrong with it; a part without data says that it has none. */
import type { Words } from '../../alerts/catalogue.ts'
import { formatEndpoint } from '../../config/address.ts'
import type { DiskRoom } from '../../metrics/data-directory.ts'
import type { AdminSources } from '../sources.ts'
import type { Traffic } from '../traffic.ts'
import { mergeUpstreams } from '../upstreams.ts'
import { sizeText } from './machine.ts'
import type { Recent } from './traffic-window.ts'
import type { Component } from './trouble.ts'

export interface Fact {
  readonly isKnown: boolean
  readonly detail: Words
}

export interface Readings {
  readonly traffic: Traffic
  readonly recent: Recent
  readonly disk: DiskRoom | null
  readonly memory: DiskRoom | null
}

const known = (vi: string, en: string): Fact => ({ isKnown: true, detail: { vi, en } })
const unknown = (vi: string, en: string): Fact => ({ isKnown: false, detail: { vi, en } })

type FactSources = Omit<AdminSources, 'health'>
type Tell = (sources: FactSources, readings: Readings) => Fact

/** By component. Call after a refresh of the board. */
export const FACTS: Readonly<Record<Component, Tell>> = {
  listening: ({ settings }) => {
    const listen = settings().listen.map(formatEndpoint).join(', ')
    return known(`trả lời tại ${listen}`, `answers on ${listen}`)
  },

  queries: (_, { traffic, recent }) => {
    const total = traffic.queries.udp + traffic.queries.tcp
    if (total === 0) return unknown('chưa có truy vấn nào từ khi khởi động', 'no query since the start')
    const inWindow = recent.spanMs === 0 ? '' : `, ${recent.queries} / ${Math.round(recent.spanMs / 1000)} s`
    return known(`${total} từ khi khởi động${inWindow}`, `${total} since the start${inWindow}`)
  },

  blocking: () => known('đang bật', 'on'),

  lists: ({ board: { lists }, review }) => {
    if (lists.value === null)
      return unknown('luồng danh sách chưa trả lời', 'the list thread has not answered')
    const count = lists.value.lists.filter(({ kind }) => kind === 'list').length
    if (count === 0) return unknown('chưa cấu hình danh sách nào: không chặn gì', 'no list is configured: nothing is blocked') // prettier-ignore
    const { names, addresses } = lists.value
    const { unguarded, held } = review.status()
    const open = (unguarded ?? 0) + (held ?? 0)
    return known(
      `${count} danh sách: ${names} tên, ${addresses} địa chỉ${open === 0 ? '' : `; ${open} mục chờ duyệt`}`,
      `${count} lists: ${names} names, ${addresses} addresses${open === 0 ? '' : `; ${open} items of imports wait to be decided`}`,
    )
  },

  upstreams: ({ board }) => {
    const upstreams = mergeUpstreams(board.resolvers.values())
    if (upstreams.length === 0) return unknown('chưa có máy chủ cấp trên nào: chỉ trả lời tên bị chặn và tên nội bộ', 'there is none: only blocked and own names are answered') // prettier-ignore
    const answered = upstreams.filter(({ lastAnswerAt }) => lastAnswerAt !== null).length
    if (answered === 0)
      return unknown(
        `${upstreams.length} máy chủ, chưa máy nào trả lời từ khi khởi động`,
        `${upstreams.length}, none has answered since the start`,
      )
    return known(
      `${answered} trong ${upstreams.length} máy chủ đã trả lời từ khi khởi động`,
      `${answered} of ${upstreams.length} have answered since the start`,
    )
  },

  store: ({ board: { store } }) => {
    if (store.value === null)
      return unknown('luồng cơ sở dữ liệu chưa trả lời', 'the store thread has not answered')
    const { rows, bytes } = store.value
    return known(`${rows} dòng, ${sizeText(bytes)}`, `${rows} rows, ${sizeText(bytes)}`)
  },

  hits: ({ board: { store, totals } }) => {
    const hits = Object.values(totals.value?.hitsByList ?? {}).reduce((sum, count) => sum + count, 0)
    if (totals.value === null) return unknown('chưa đếm được', 'not counted yet')
    if (hits === 0)
      return unknown('chưa có máy nào hỏi tên bị chặn', 'nobody has asked for a listed name yet')
    const pending = store.value?.pending ?? 0
    return known(`${hits} lượt, ${pending} chờ ghi`, `${hits}, ${pending} waiting to be written`)
  },

  identity: ({ identity }) => {
    const { sources } = identity()
    if (sources.length === 0) return unknown('không có nguồn tên máy nào: chỉ biết địa chỉ', 'no source is configured: machines are known by address') // prettier-ignore
    const read = sources.filter(({ lastReadMs }) => lastReadMs !== null).length
    if (read === 0) return unknown(`${sources.length} nguồn, chưa đọc được nguồn nào`, `${sources.length} sources, none read yet`) // prettier-ignore
    return known(`đã đọc ${read} trong ${sources.length} nguồn`, `${read} of ${sources.length} sources read`)
  },

  alerts: ({ alerts }) => {
    const { channels } = alerts.status()
    if (channels.length === 0) return unknown('chưa cấu hình kênh báo tin nào', 'no channel is configured')
    const sent = channels.reduce((sum, channel) => sum + channel.sent, 0)
    if (sent === 0) return unknown(`${channels.length} kênh, chưa gửi tin nào: thử bằng \`thanhloc alert-test\``, `${channels.length} channels, nothing sent yet: try \`thanhloc alert-test\``) // prettier-ignore
    return known(`${channels.length} kênh, đã gửi ${sent} tin`, `${channels.length} channels, ${sent} sent`)
  },

  accounts: ({ accounts }) => {
    if (accounts.status().file === null) return unknown('không đọc được lúc này', 'cannot be read now')
    return known('đọc được', 'can be read')
  },

  admin: ({ settings }) => {
    const { listen } = settings().admin
    if (listen === null) return known('chỉ qua admin.sock', 'by admin.sock only')
    const at = formatEndpoint(listen)
    return known(`tại ${at}`, `on ${at}`)
  },

  nodes: ({ nodes }) => {
    const all = nodes()
    if (all.length === 0) return unknown('không có máy chủ thứ hai', 'no other server is configured')
    const answered = all.filter(({ lastPullMs }) => lastPullMs !== null).length
    if (answered === 0)
      return unknown(`${all.length} máy, chưa máy nào trả lời`, `${all.length}, none has answered yet`)
    return known(
      `${answered} trong ${all.length} máy đã trả lời`,
      `${answered} of ${all.length} have answered`,
    )
  },

  notice: ({ notice }) => {
    const { isWanted, contacts } = notice()
    if (!isWanted) return unknown('không cấu hình trang thông báo', 'no notice service is configured')
    const count = Object.values(contacts).reduce((sum, one) => sum + one, 0)
    return known(`đã kết nối, ${count} lượt kết nối ghi nhận`, `connected, ${count} contacts noted`)
  },

  config: ({ config: { state } }) => {
    const at = new Date(state.loadedAt).toISOString()
    return known(`có hiệu lực từ ${at}`, `in force since ${at}`)
  },

  log: () => known('không mất dòng nào', 'no line lost'),

  threads: ({ board: { supervisor } }) => {
    if (supervisor.value === null)
      return unknown('luồng chính chưa trả lời', 'the main thread has not answered')
    const { threads } = supervisor.value
    const restarts = threads.reduce((sum, thread) => sum + thread.restarts, 0)
    return known(
      `${threads.length} luồng, ${restarts} lần khởi động lại`,
      `${threads.length}, ${restarts} restarts`,
    )
  },

  disk: (_, { disk }) =>
    disk === null
      ? unknown('không đọc được dung lượng', 'cannot be told')
      : known(
          `còn ${sizeText(disk.free)} / ${sizeText(disk.size)}`,
          `${sizeText(disk.free)} / ${sizeText(disk.size)} free`,
        ),

  memory: (_, { memory }) =>
    memory === null
      ? unknown('không đọc được dung lượng', 'cannot be told')
      : known(
          `còn ${sizeText(memory.free)} / ${sizeText(memory.size)}`,
          `${sizeText(memory.free)} / ${sizeText(memory.size)} free`,
        ),

  clock: ({ clock }) => {
    const now = new Date(clock.wallMs()).toISOString()
    return known(now, now)
  },
}
