/** A line of syslog as RFC 5424 has it. */

export interface SyslogLine {
  /** 0 to 23. */
  readonly facility: number
  /** 0 to 7. */
  readonly severity: number
  /** Wall clock, milliseconds. */
  readonly atMs: number
  readonly hostName: string
  readonly appName: string
  readonly processId: string
  readonly messageId: string
  /** Id → parameters; ids are our own words. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly text: string
}

/**
 * RFC 5424 §6. The text goes without a byte order mark, as MSG-ANY: readers of CEF look for it at the very beginning.
 */
export function syslogLine(line: SyslogLine): string {
  const { facility, severity, atMs, hostName, appName, processId, messageId, data, text } = line
  const header = [
    `<${facility * 8 + severity}>1`,
    new Date(atMs).toISOString(),
    printable(hostName, 255),
    printable(appName, 48),
    printable(processId, 128),
    printable(messageId, 32),
  ]
  return `${header.join(' ')} ${structuredData(data)} ${text}`
}

/** §6.2: printable ASCII without blanks; what has none is a hyphen. */
function printable(text: string, maxOctets: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, maxOctets) || '-'
}

/** §6.3.3: three characters end something and are escaped. */
function structuredData(data: SyslogLine['data']): string {
  const elements = Object.entries(data).map(([id, parameters]) => {
    const written = Object.entries(parameters).map(
      ([name, value]) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`,
    )
    return `[${id}${written.join('')}]`
  })
  return elements.length === 0 ? '-' : elements.join('')
}
