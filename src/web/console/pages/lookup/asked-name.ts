/** What somebody means who pastes a name as it stands in a letter or in the address bar. */

/** The name or address in `hxxps://evil[.]vn/x`, `evil(.)vn:8080`, ` EVIL.VN. `; what is none of these stays as it is typed. */
export function askedName(text: string): string {
  const plain = text.trim().replaceAll(/\[\.\]|\(\.\)|\{\.\}|\[dot\]/gi, '.')
  const [, authority = plain] = /^[a-z][a-z\d+.-]*\[?:\]?\/\/([^/?#\\]*)/i.exec(plain) ?? []
  const [, bracketed] = /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(authority) ?? []
  if (bracketed !== undefined) return bracketed
  const host = authority === plain ? plain : authority.slice(authority.lastIndexOf('@') + 1)
  return host.replace(/^([^:]+):\d{1,5}$/, '$1').replace(/(?<=.)\.$/, '')
}
