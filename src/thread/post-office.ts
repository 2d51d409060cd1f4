/** Main's side of the mail: passes letters between threads, and is itself a receiver. */
import { Mailbox, type Letter, type LetterPort, type ThreadName } from './mail.ts'

/** Where a thread's letters go; undefined while the thread is being restarted. */
export type FindPort = (name: ThreadName) => Pick<LetterPort, 'postMessage'> | undefined

export class PostOffice {
  readonly #find: FindPort
  readonly #resolvers: readonly ThreadName[]
  #deliverToMain: (letter: Letter) => void = () => {}
  /** Main's own mailbox. */
  readonly mailbox: Mailbox

  constructor(find: FindPort, resolvers: readonly ThreadName[]) {
    this.#find = find
    this.#resolvers = resolvers
    const port: LetterPort = {
      postMessage: (letter) => this.pass(letter),
      on: (_event, listener) => (this.#deliverToMain = listener),
    }
    this.mailbox = new Mailbox(port, 'main')
  }

  /** Passes one letter on. A request to a thread that is not there is answered at once, so that nobody waits. */
  pass(letter: Letter): void {
    if (letter.to === 'main') return this.#deliverToMain(letter)
    if (letter.to === 'resolvers') {
      for (const name of this.#resolvers) this.#find(name)?.postMessage({ ...letter, to: name })
      return
    }
    const port = this.#find(letter.to)
    if (port) return port.postMessage(letter)
    if (letter.kind !== 'request') return
    const { from, to, id, type } = letter
    this.pass({ kind: 'reply', from: to, to: from, id, type, body: null, error: `${to} is being restarted` })
  }
}
