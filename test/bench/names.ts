/** Names for lists and queries: the same in every run. */
import { FakeUpstream } from '../support/fake-upstream.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { runLoad } from './load-client.ts'

const ZONES = ['com', 'net', 'org', 'info', 'xyz', 'top', 'vn', 'com.vn', 'ru']
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** `count` different names, most of two or three labels. */
export function listedNames(count: number): string[] {
  const random = seededRandom(7)
  const word = (least: number, most: number): string => {
    let text = ''
    for (let left = least + random.below(most - least + 1); left > 0; left--)
      text += LETTERS[random.below(26)]
    return text
  }
  return Array.from({ length: count }, (_, number) => {
    const name = `${word(3, 14)}${number.toString(36)}.${ZONES[random.below(ZONES.length)]}`
    return random.below(10) < 3 ? `${word(3, 8)}.${name}` : name
  })
}

const CLEAN = Array.from({ length: 1800 }, (_, number) => `host${number}.example${number % 97}.com`)

/** Nine clean names to one listed. */
export function mixedNames(listed: readonly string[]): string[] {
  return CLEAN.map((name, number) => (number % 10 === 0 ? listed[(number * 37) % listed.length]! : name))
}

/** An upstream that knows every name; in this process, for what is asked once. */
export async function startUpstream(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.9', { ttl: 86_400 })
  return { port: Number(up.text.split(':').at(-1)), stop: () => up.stop() }
}

/** Brings the answers to `names` into the cache; throws where some do not come. */
export async function warm(port: number, names: readonly string[]): Promise<void> {
  const { notNoError } = await runLoad({
    port,
    names,
    perSecond: 1000,
    seconds: names.length / 900,
    inRow: 1,
  })
  const again = await runLoad({ port, names, perSecond: 2000, seconds: names.length / 1900, inRow: 1 })
  if (again.answered === 0 || again.notNoError + notNoError > 0) throw new Error('not all names are answered')
}
