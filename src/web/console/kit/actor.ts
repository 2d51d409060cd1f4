/** Who has done something, as people say it. */
import type { Words } from '../words/vi/vi.ts'

/** Of `user:an`, `token:so-2`, `socket:0`, `expired`: see `actorOf` of the accounts. */
export function actorText(actor: string, { actors }: Pick<Words, 'actors'>): string {
  const colon = actor.indexOf(':')
  const [kind, name] = colon === -1 ? [actor, ''] : [actor.slice(0, colon), actor.slice(colon + 1)]
  if (kind === 'user') return name
  if (kind === 'token') return actors.token(name)
  if (kind === 'socket') return actors.socket
  return kind === 'expired' ? actors.expired : actor
}
