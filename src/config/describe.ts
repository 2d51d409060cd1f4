/**
 * The effective configuration as YAML, every default written out: what `check` prints. It is itself a valid
 * configuration that says the same. Secrets are not in `Settings`, so none can be shown.
 */
import { Document, isScalar, visit } from 'yaml'
import { formatEndpoint } from './address.ts'
import { formatDuration } from './duration.ts'
import type { Config } from './schema.ts'
import { writeAlerts } from './sections/alerts.ts'
import { writeCases, writeKeep } from './sections/cases.ts'
import { writeGroups } from './sections/groups.ts'
import { writeFeed } from './sections/feeds.ts'
import { writeIdentity } from './sections/identity.ts'
import { writeNodes } from './sections/nodes.ts'
import { writeNotice } from './sections/notice.ts'
import { writePrimary } from './sections/primaries.ts'
import { writeReview } from './sections/review.ts'
import type { RecordSettings, Settings } from './settings.ts'
import { formatSize } from './size.ts'

/** YAML text that ends in a line break. */
export function describeSettings(settings: Settings): string {
  const document = new Document(toConfig(settings))
  visit(document, {
    Seq(_, node) {
      if (node.items.every((item) => isScalar(item))) node.flow = true
    },
  })
  if (settings.upstreams.servers.length === 0) {
    const servers = document.getIn(['upstreams', 'servers'], true) as { comment?: string }
    servers.comment = ` those of ${settings.upstreams.resolvConf}`
  }
  return document.toString({ lineWidth: 0 })
}

function toConfig(settings: Settings): Config {
  const { access, tcp, sinkhole, upstreams, cache, admin, metrics } = settings
  return {
    listen: settings.listen.map(formatEndpoint),
    bypass: { listen: settings.bypass.listen.map(formatEndpoint) },
    workers: settings.workers,
    datagrams: settings.datagrams,
    access: {
      networks: [...access.networks],
      queriesPerSecond: access.queriesPerSecond,
      exempt: [...access.exempt],
    },
    tcp: { idle: formatDuration(tcp.idleMs), perClient: tcp.perClient, total: tcp.total },
    sinkhole: { ipv4: sinkhole.ipv4, ipv6: sinkhole.ipv6, ttl: seconds(sinkhole.ttlSeconds) },
    upstreams: {
      servers: upstreams.servers.map(formatEndpoint),
      strategy: upstreams.strategy,
      resolvConf: upstreams.resolvConf,
    },
    forward: settings.forward.map((entry) => ({
      zones: [...entry.zones],
      servers: entry.servers.map(formatEndpoint),
    })),
    records: Object.fromEntries(settings.records.map((record) => [record.name, toRecord(record)])),
    special: settings.special,
    server: settings.server,
    cache: {
      size: formatSize(cache.maxBytes),
      stale: formatDuration(cache.staleMs),
      staleTtl: seconds(cache.staleTtlSeconds),
      maxTtl: seconds(cache.maxTtlSeconds),
      maxNegativeTtl: seconds(cache.maxNegativeTtlSeconds),
    },
    campaigns: [...settings.campaigns],
    lists: settings.lists.map(({ ttlSeconds, maxAgeMs, ...list }) => ({
      ...list,
      path: list.feed === null && list.primary === null && !list.approved ? list.path : null,
      feed: list.feed === null ? null : writeFeed(list.feed, formatEndpoint),
      primary: list.primary === null ? null : writePrimary(list.primary, formatEndpoint),
      ttl: ttlSeconds === null ? null : seconds(ttlSeconds),
      maxAge: maxAgeMs === null ? null : formatDuration(maxAgeMs),
      accept: [...list.accept],
    })),
    allow: [...settings.allow],
    units: settings.units.map((unit) => ({ ...unit, networks: [...unit.networks], wan: [...unit.wan] })),
    groups: writeGroups(settings.groups),
    // Its units stand above already.
    unitsFile: null,
    identity: writeIdentity(settings.identity),
    review: writeReview(settings.review),
    cases: writeCases(settings.cases),
    keep: writeKeep(settings.keep),
    store: settings.store,
    admin: {
      listen: admin.listen === null ? 'off' : formatEndpoint(admin.listen),
      hosts: [...admin.hosts],
      tokenFile: admin.tokenFile,
      tls: admin.tls === null ? null : { ...admin.tls },
    },
    metrics: { listen: metrics.listen === null ? null : formatEndpoint(metrics.listen) },
    nodes: writeNodes(settings.nodes),
    notice: writeNotice(settings.notice),
    alerts: writeAlerts(settings.alerts),
    log: settings.log,
  }
}

function toRecord(record: RecordSettings): Config['records'][string] {
  if (record.sinkhole) return 'sinkhole'
  return {
    address: [...record.a, ...record.aaaa],
    cname: record.cname,
    ptr: record.ptr,
    txt: [...record.txt],
    ttl: seconds(record.ttlSeconds),
  }
}

function seconds(count: number): string {
  return formatDuration(count * 1000)
}
