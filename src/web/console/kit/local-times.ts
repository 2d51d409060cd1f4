/** Text of the server, with its moments (RFC 3339, UTC) as the reader's clock has them. */

const MOMENT = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z/g

export function withLocalTimes(text: string, format: (rfc3339: string) => string): string {
  return text.replaceAll(MOMENT, (moment) => (Number.isNaN(Date.parse(moment)) ? moment : format(moment)))
}
