/** To whom a name belongs, roughly: for counting how many owners share an address. */

/** Second labels under a country's that anybody registers below: `com.vn`, `co.uk`, `go.jp`. */
const GENERIC: ReadonlySet<string> = new Set(
  'ac asso biz co com edu go gob gouv gov gv health id info int ltd mil muni name ne net nom or org plc pro sch tm web'.split(
    ' ',
  ),
)

/**
 * The last two labels of a name in lower case, three under `com.vn` and the like. Without the list of public suffixes, which
 * has no place in a resolver thread: where it is wrong, several owners count as one.
 */
export function domainOf(name: string): string {
  const labels = name.replace(/\.$/, '').split('.')
  const isGeneric = labels.at(-1)!.length === 2 && GENERIC.has(labels.at(-2) ?? '')
  return labels.slice(isGeneric ? -3 : -2).join('.')
}
