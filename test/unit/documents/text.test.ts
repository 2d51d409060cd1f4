import { describe, expect, it } from 'vitest'
import { itemOf, proposalOf, wordsOf } from '../../support/proposals.ts'

const TABLE = 'STT,Tên miền\n1,evil[.]com\n'

describe('encodings', () => {
  const utf16 = (text: string, isBig: boolean): Buffer => {
    const bytes = Buffer.from(text, 'utf16le')
    return isBig ? bytes.swap16() : bytes
  }
  it.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TABLE}`)],
    ['UTF-16 LE with a mark', utf16(`\ufeff${TABLE}`, false)],
    ['UTF-16 BE with a mark', utf16(`\ufeff${TABLE}`, true)],
    ['UTF-16 LE without', utf16('Domain,Note\nevil[.]com,x\n', false)],
    ['CRLF', Buffer.from(TABLE.replaceAll('\n', '\r\n'))],
  ])('%s', async (_, bytes) => expect(await wordsOf('t.csv', bytes)).toEqual(['accept host evil.com']))

  it('windows-1258 is read, and said', async () => {
    const { items, file } = await proposalOf(
      't.csv',
      Buffer.from('STT;T\xean mi\xea\xccn\n1;evil.com\n', 'latin1'),
    )
    expect(file.warnings).toEqual([expect.stringMatching(/windows-1258/)])
    expect(items).toHaveLength(1)
  })
})

describe('text', () => {
  it.each([
    ['hosts', '0.0.0.0 evil.com bad.net\n0.0.0.0 localhost\n'],
    ['adblock', '[Adblock Plus]\n||evil.com^\n||bad.net^$important\n##.ad\n'],
    ['dnsmasq', 'address=/evil.com/0.0.0.0\nlocal=/bad.net/\n'],
    ['unbound', 'server:\nlocal-zone: "evil.com" always_nxdomain\nlocal-zone: "bad.net" refuse\n'],
    ['wildcard', '*.evil.com\n*.bad.net\n'],
    ['rpz', '$TTL 60\n@ SOA a. b. 1 1 1 1 1\nevil.com CNAME .\nbad.net CNAME .\n'],
    ['domains', 'evil.com\nbad.net\n'],
    ['defanged', 'evil[.]com\nhxxp://bad[.]net/\n'],
    ['clash', "payload:\n  - '+.evil.com'\n  - '+.bad.net'\n"],
    ['match patterns', '*://*.evil.com/*\n*://*.bad.net/*\n'],
    ['bullets', '- evil.com\n- bad.net\n'],
  ])('%s gives the same two names', async (_, text) => {
    const accepted = (await wordsOf('l.txt', text)).filter((word) => word.startsWith('accept'))
    expect(accepted).toEqual(['accept host evil.com', 'accept host bad.net'])
  })

  it('columns set apart by tabs', async () => {
    expect(await wordsOf('l.txt', 'IP\tDomain\tSource\n203.0.113.5\tevil.com\tgood.com\n203.0.113.6\tbad.net\tgood.com\n')).toEqual([
      'accept ip 203.0.113.5', 'accept host evil.com', 'hold host good.com', 'accept ip 203.0.113.6', 'accept host bad.net',
    ]) // prettier-ignore
  })

  it('addresses beside names are no hosts file', async () => {
    expect(await wordsOf('l.txt', '203.0.113.5 evil.com\n203.0.113.6 bad.net\n')).toContain(
      'accept ip 203.0.113.5',
    )
  })

  it('CSV with quotes, and one whose quotes are never closed', async () => {
    expect((await itemOf('t.csv', 'Domain,Note\n"evil.com","a ""b"",\nc"\n', 'evil.com')).places).toEqual([{ file: 0, line: 2, cell: 1 }]) // prettier-ignore
    const { file } = await proposalOf('t.csv', `Domain\n"evil.com\n${'x\n'.repeat(50)}`)
    expect(file.warnings).toEqual([expect.stringMatching(/line 2: quotes/)])
  })
})

describe('html', () => {
  it('tables by cell with what they span, text by line, scripts not', async () => {
    const text = `<!doctype html><html><head><title>x.com</title><script>a("y.com")</script></head><body>
<p>Mã độc <b>evil</b>[.]com</p><!-- z.com -->
<table><tr><th>STT</th><th colspan=2>Nhóm</th><th>Tên miền</th></tr>
<tr><td rowspan=2>1</td><td>a</td><td>b</td><td>bad.net<sup>1</sup></td></tr><tr><td>a</td><td>b</td><td>wor<wbr>se.org</td></tr></table>`
    const { items } = await proposalOf('a.html', text)
    expect(
      items.map(({ decision, value, places }) => [decision, value, JSON.stringify(places[0])].join(' ')),
    ).toEqual([
      'accept evil.com {"file":0,"line":2}',
      'accept bad.net {"file":0,"table":1,"row":2,"cell":4}',
      'accept worse.org {"file":0,"table":1,"row":3,"cell":4}',
    ])
  })

  it('elements inside each other are bounded', async () => {
    await expect(proposalOf('a.html', '<div>'.repeat(3000))).rejects.toThrow(/inside each other/)
  })
})

describe('mail', () => {
  const mail = (parts: readonly string[]): string =>
    `From: a@b.vn\r\nTo: c@d.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n${parts.map((part) => `--B\r\n${part}\r\n`).join('')}--B--\r\n` // prettier-ignore
  const attach = (name: string, bytes: Buffer): string =>
    `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}` // prettier-ignore
  const TEXT =
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nM=C3=A3 =C4=91=E1=BB=99c t=E1=BA=A1i evil[.]com v=C3=A0 good.com'

  it('its text, and what is attached, mails inside mails too', async () => {
    const inner = mail([attach('in.csv', Buffer.from('Domain\nworse.org\n'))])
    const text = mail([
      TEXT,
      attach('a.csv', Buffer.from('Domain\nbad.net\n')),
      attach('m.eml', Buffer.from(inner)),
    ])
    const { items, file } = await proposalOf('m.eml', text)
    expect(file.format).toBe('mail')
    expect(items.map(({ decision, value, places }) => `${decision} ${value} ${places[0]!.part ?? ''}`)).toEqual([
      'accept evil.com ', 'hold good.com ', 'accept bad.net a.csv', 'accept worse.org m.eml > in.csv',
    ]) // prettier-ignore
  })

  it('HTML is read where there is some', async () => {
    const html =
      'Content-Type: text/html; charset=utf-8\r\n\r\n<table><tr><th>Domain</th></tr><tr><td>evil.com</td></tr></table>'
    expect((await itemOf('m.eml', mail([html]), 'evil.com')).places).toEqual([
      { file: 0, table: 1, row: 2, cell: 1 },
    ])
  })

  it('what is attached and cannot be read is named, the rest counts', async () => {
    const { items, file } = await proposalOf('m.eml', mail([TEXT, attach('x.rtf', Buffer.from('{\\rtf1'))]))
    expect(items).toHaveLength(2)
    expect(file.warnings).toEqual([
      expect.stringMatching(/^"x\.rtf" bên trong .* · "x\.rtf" in it was not read: it is rich text/),
    ])
  })

  it('mails inside mails without end, and too many files, end the import', async () => {
    let nested = mail([TEXT])
    for (let depth = 0; depth < 8; depth++) nested = mail([attach('m.eml', Buffer.from(nested))])
    await expect(proposalOf('m.eml', nested)).rejects.toThrow(/more than 5 mails/)
    const many = mail(Array.from({ length: 20 }, () => attach('a.csv', Buffer.from('x'))))
    await expect(proposalOf('m.eml', many, { maxAttachments: 10 })).rejects.toThrow(
      /more than 10 attachments/,
    )
  })
})

describe('MISP', () => {
  const event = (attributes: readonly object[]): string => JSON.stringify({ Event: { uuid: 'x', Attribute: attributes } }) // prettier-ignore
  const reasons = async (attributes: readonly object[]): Promise<string[]> =>
    (await proposalOf('e.json', event(attributes))).items.map(({ decision, value, reasons: [first] }) => `${decision} ${value} ${first}`) // prettier-ignore

  it('what is marked is proposed, what is not beside it is held, and neither is lost', async () => {
    expect(await reasons([{ type: 'domain', value: 'evil.com', to_ids: true }, { type: 'domain', value: 'good.com', to_ids: false }])).toEqual(['accept evil.com declared', 'hold good.com unmarked']) // prettier-ignore
  })

  it('an event that marks nothing says nothing by it', async () => {
    expect(await reasons([{ type: 'hostname', value: 'evil.com', to_ids: false }])).toEqual([
      'accept evil.com marks-nothing',
    ])
  })

  it('types that are two, sources, links and files', async () => {
    const marked = (type: string, value: string): object => ({ type, value, to_ids: true })
    expect(
      await reasons([
        marked('domain|ip', 'evil.com|203.0.113.5'),
        marked('ip-dst|port', '203.0.113.6|443'),
        marked('ip-src', '203.0.113.7'),
        marked('link', 'https://blog.com/x'),
        marked('filename|md5', 'evil.sh|44d88612fea8a8f36de82e1278abb02f'),
        marked('comment', 'seen at x.com'),
        { ...marked('domain', 'gone.com'), deleted: true },
        marked('domain', '203.0.113.8'),
      ]),
    ).toEqual([
      'accept evil.com declared', 'accept 203.0.113.5 declared', 'hold 203.0.113.6:443 with-port', 'hold 203.0.113.7 origin',
      'refuse https://blog.com/x reference', 'refuse evil.sh file-name', 'refuse 44d88612fea8a8f36de82e1278abb02f hash',
      'refuse seen at x.com context', 'hold gone.com withdrawn', 'accept 203.0.113.8 declared',
    ]) // prettier-ignore
  })
})

describe('STIX', () => {
  const bundle = (objects: readonly object[]): string =>
    JSON.stringify({ type: 'bundle', id: 'bundle--1', objects })
  const reasons = async (pattern: string, more: object = {}): Promise<string[]> =>
    (await proposalOf('b.json', bundle([{ type: 'indicator', pattern, ...more }]))).items.map(({ decision, value, reasons: [first] }) => `${decision} ${value} ${first}`) // prettier-ignore

  it.each([
    ["[domain-name:value = 'evil.com']", ['accept evil.com declared']],
    ["[domain-name:value='evil.com' OR url:value = 'http://bad.net/x']", ['accept evil.com declared', 'hold http://bad.net/x url-with-path']],
    ["[domain-name:value IN ('evil.com', 'bad.net')]", ['accept evil.com declared', 'accept bad.net declared']],
    ["[ipv4-addr:value = '203.0.113.0/24']", ['accept 203.0.113.0/24 declared']],
    ["[domain-name:value = 'evil.com' AND network-traffic:dst_port = 443]", ['hold evil.com conditional']],
    ["[domain-name:value LIKE '%.evil.com']", ['refuse %.evil.com bad-name']],
    ["[domain-name:value != 'evil.com']", ['hold evil.com conditional']],
    ["[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']", ['refuse e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 hash']],
    ["[file:name = 'evil.sh']", ['refuse evil.sh file-name']],
    ["[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.5']", ['refuse ipv4-addr context', 'hold 203.0.113.5 conditional']],
  ])('%s', async (pattern, expected) => expect(await reasons(pattern)).toEqual(expected)) // prettier-ignore

  it('what is revoked or over is held', async () => {
    const pattern = "[domain-name:value = 'evil.com']"
    expect(await reasons(pattern, { revoked: true })).toEqual(['hold evil.com withdrawn'])
    expect(await reasons(pattern, { valid_until: '2020-01-01T00:00:00Z' })).toEqual([
      'hold evil.com withdrawn',
    ])
    expect(await reasons(pattern, { valid_until: '2030-01-01T00:00:00Z' })).toEqual([
      'accept evil.com declared',
    ])
  })

  it('what was only observed is held; what cannot be read is said', async () => {
    const objects = [
      { type: 'domain-name', value: 'seen.com' },
      { type: 'observed-data', objects: { 0: { type: 'ipv4-addr', value: '203.0.113.5' } } },
      { type: 'indicator', pattern: 'rule x {}', pattern_type: 'yara' },
      { type: 'indicator', pattern: "[domain-name:value = 'a" },
    ]
    const { items, file } = await proposalOf('b.json', bundle(objects))
    expect(items.map(({ value, reasons: [first] }) => `${value} ${first}`)).toEqual(['seen.com observed', '203.0.113.5 observed']) // prettier-ignore
    expect(items[1]!.places).toEqual([{ file: 0, path: '/objects/1/objects/0' }])
    expect(file.warnings).toHaveLength(2)
  })
})

describe('other JSON', () => {
  it('each text is read under the name it stands at', async () => {
    const { items } = await proposalOf('r.json', '{"rules":[{"domain_suffix":["evil.com","bad.net"],"source":"good.com","a/b":1}]}') // prettier-ignore
    expect(items.map(({ decision, value, places }) => `${decision} ${value} ${places[0]!.path}`)).toEqual([
      'accept evil.com /rules/0/domain_suffix/0', 'accept bad.net /rules/0/domain_suffix/1', 'hold good.com /rules/0/source',
    ]) // prettier-ignore
  })

  it('what begins like it and is none ends the import, and so does depth', async () => {
    await expect(proposalOf('r.json', '{"a": }')).rejects.toThrow(/is none/)
    await expect(proposalOf('r.json', `${'['.repeat(500)}${']'.repeat(500)}`)).rejects.toThrow(
      /inside each other/,
    )
  })
})
