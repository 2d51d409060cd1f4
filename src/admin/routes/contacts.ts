/** `GET /contacts`: what came to the sinkhole's address. Who it was is hidden until it is asked for, as in `/clients`. */
import { Type } from 'typebox'
import { CONTACT_PROTOCOLS } from '../../notice/letters.ts'
import { readReference } from '../../notice/reference.ts'
import type { Admin } from '../app.ts'
import { Next } from '../client-schema.ts'
import { ContactItem, toContact, toHiddenContact } from '../contact-schema.ts'
import { ApiError } from '../problem.ts'
import { paging, readTime, responses, strict } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'
import { revealsTo } from '../who.ts'

const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })

const Query = strict({
  client: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'units under it included' })),
  since: Type.Optional(Type.String({ ...Moment, description: 'came at that time or later' })),
  until: Type.Optional(Type.String({ ...Moment, description: 'came at that time or before' })),
  protocol: Type.Optional(Type.Enum([...CONTACT_PROTOCOLS])),
  isConfirmed: Type.Optional(Type.Boolean()),
  reference: Type.Optional(
    Type.String({
      minLength: 9,
      maxLength: 20,
      description:
        'the code on the notice page, as it was read out: what that machine did in that minute; reveals',
    }),
  ),
  reveal: Type.Optional(
    Type.Boolean({ description: 'with addresses and names of clients, or without, as in `/clients`' }),
  ),
  ...paging,
})

export function addContactRoutes(app: Admin, { clients, accounts }: AdminSources): void {
  app.get(
    '/contacts',
    {
      config: { access: 'client.read', reads: 'store', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['clients'],
        summary:
          "What came to the sinkhole's address, the newest first, of the units the caller is responsible for",
        querystring: Query,
        response: responses({ 200: Type.Object({ items: Type.Array(ContactItem), next: Next }) }),
      },
    },
    ({ query: { since, until, limit, cursor, reveal, ...filter }, caller }) => {
      const { reference } = filter
      if (reference !== undefined && readReference(reference) === null)
        throw new ApiError('THANHLOC_API_UNPROCESSABLE', `reference "${reference}" is no code of the notice page: nine letters and digits, as 7K2MQ-9F3D`) // prettier-ignore
      // Who asks by a code learns whose it is.
      const reveals = revealsTo(caller, reference === undefined ? reveal : true)
      const wanted = {
        ...filter,
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        ...scopeOf(caller, 'client.read'),
      }
      const { items, next } = clients.listContacts(wanted, { limit, cursor })
      if (reveals && caller.principal.kind !== 'socket') {
        const shown = [...new Set(items.map(({ clientId }) => clientId))]
        const details = { clients: shown, since, until, ...filter }
        accounts.record(caller, { action: 'client.reveal', target: 'contacts', details })
      }
      return { items: items.map((item) => (reveals ? toContact(item) : toHiddenContact(item))), next }
    },
  )
}
