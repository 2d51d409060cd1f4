/** What a list says of its basis beyond the document it came with. */

interface Basis {
  readonly basis: string
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
}

/** Empty where the basis is but number, issuer and date of the document, which are told by themselves. */
export function ownBasis({ basis, document, issuer, issued }: Basis): string {
  const told = [document, issuer, issued].filter((part) => part !== null && part !== '').join(', ')
  return basis === told ? '' : basis
}
