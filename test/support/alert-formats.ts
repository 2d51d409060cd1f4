/** Readers of what alerts are written in, made from the standards alone; they share nothing with what writes it. */

export interface SyslogRead {
  readonly facility: number
  readonly severity: number
  readonly time: string
  readonly hostName: string
  readonly appName: string
  readonly processId: string
  readonly messageId: string
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly text: string
}

/** RFC 5424 §6, character by character. Throws where the text is none. */
export function readSyslog(line: string): SyslogRead {
  let at = 0
  const fail = (): never => {
    throw new Error(`no syslog at ${at}: ${JSON.stringify(line.slice(at, at + 40))}`)
  }
  const take = (character: string): void => {
    if (line[at] !== character) fail()
    at++
  }
  const until = (stops: string): string => {
    const start = at
    while (at < line.length && !stops.includes(line[at]!)) at++
    return line.slice(start, at)
  }
  const word = (maxLength: number): string => {
    const text = until(' ')
    if (text === '' || text.length > maxLength || !/^[!-~]+$/.test(text)) fail()
    take(' ')
    return text
  }
  take('<')
  const priority = Number(until('>'))
  if (!(priority >= 0 && priority <= 191)) fail()
  take('>')
  if (word(3) !== '1') fail()
  const time = word(40)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(time)) fail()
  const [hostName, appName, processId, messageId] = [word(255), word(48), word(128), word(32)]
  const data: Record<string, Record<string, string>> = {}
  if (line[at] === '-') at++
  else
    do {
      take('[')
      const id = until(' ]=" ')
      const parameters: Record<string, string> = {}
      while (line[at] === ' ') {
        at++
        const name = until('= ]"')
        take('=')
        take('"')
        let value = ''
        while (line[at] !== '"') {
          if (at >= line.length || line[at] === ']') fail()
          if (line[at] === '\\' && '"\\]'.includes(line[at + 1] ?? '-')) at++
          value += line[at++]
        }
        take('"')
        parameters[name] = value
      }
      take(']')
      data[id] = parameters
    } while (line[at] === '[')
  if (at < line.length) take(' ')
  const facility = Math.floor(priority / 8)
  return { facility, severity: priority % 8, time, hostName, appName, processId, messageId, data, text: line.slice(at) } // prettier-ignore
}

export interface CefRead {
  /** Version, vendor, product, product version, signature id, name, severity. */
  readonly header: readonly string[]
  readonly extension: Readonly<Record<string, string>>
}

/** The Common Event Format: seven fields before the extension; a value ends where the next key begins. */
export function readCef(text: string): CefRead {
  if (!text.startsWith('CEF:')) throw new Error(`no CEF: ${text.slice(0, 20)}`)
  const header: string[] = []
  let field = ''
  let at = 4
  for (; header.length < 7; at++) {
    if (at >= text.length) throw new Error('the header ends early')
    const character = text[at]!
    if (character === '\\') field += text[++at]
    else if (character === '|') {
      header.push(field)
      field = ''
    } else field += character
  }
  const extension: Record<string, string> = {}
  // Keys stand before an equals sign that is not escaped.
  const parts = text.slice(at).split(/(?<=^| )([A-Za-z0-9]+)=/)
  if (parts[0] !== '') throw new Error(`something stands before the first key: ${parts[0]}`)
  for (let index = 1; index < parts.length; index += 2) {
    const raw = parts[index + 1]!
    const value = index + 2 < parts.length ? raw.replace(/ $/, '') : raw
    if (Object.hasOwn(extension, parts[index]!)) throw new Error(`${parts[index]} stands twice`)
    extension[parts[index]!] = value.replace(/\\(.)/g, (_, one: string) => ({ n: '\n', r: '\r' })[one] ?? one)
  }
  return { header, extension }
}

export interface MailRead {
  /** By name in lower case, unfolded, encoded words decoded. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** RFC 5322, RFC 2045 and RFC 2047; refuses lines that are too long and octets above 127. */
export function readMail(raw: string): MailRead {
  if (/[^\r]\n|\r[^\n]|[^\x00-\x7f]/.test(raw)) throw new Error('a bare line break, or eight bits')
  if (raw.split('\r\n').some((line) => line.length > 998)) throw new Error('a line of more than 998')
  const end = raw.indexOf('\r\n\r\n')
  const headers: Record<string, string> = {}
  for (const line of raw
    .slice(0, end)
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n')) {
    const match = /^([!-9;-~]+): (.*)$/.exec(line)
    if (match === null) throw new Error(`no header: ${line}`)
    const name = match[1]!.toLowerCase()
    if (Object.hasOwn(headers, name)) throw new Error(`${name} stands twice`)
    headers[name] = readEncodedWords(match[2]!)
  }
  return { headers, body: readQuotedPrintable(raw.slice(end + 4)) }
}

export function readEncodedWords(text: string): string {
  return text
    .replace(/(=\?[^?]+\?[BQ]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (word, base64: string) => {
      if (word.length > 75) throw new Error('an encoded word of more than 75')
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
    })
}

/** Lines come out ended by LF. */
export function readQuotedPrintable(text: string): string {
  const octets: number[] = []
  for (const line of text.split('\r\n')) {
    if (line.length > 76) throw new Error('a line of more than 76')
    if (/[ \t]$/.test(line)) throw new Error('a blank at the end of a line')
    const isSoft = line.endsWith('=')
    const content = isSoft ? line.slice(0, -1) : line
    for (let at = 0; at < content.length; at++) {
      if (content[at] !== '=') octets.push(content.charCodeAt(at))
      else {
        const pair = content.slice(at + 1, at + 3)
        if (!/^[0-9A-F]{2}$/.test(pair)) throw new Error(`= before ${pair}`)
        octets.push(Number.parseInt(pair, 16))
        at += 2
      }
    }
    if (!isSoft) octets.push(10)
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets)).slice(0, -1) // prettier-ignore
}
