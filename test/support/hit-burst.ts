/** Many clients that ask for many listed names in a moment: each pair of them is a line of the log and of the store. */
import { buildQuery } from './dns-client.ts'
import { UdpClient } from './udp-client.ts'

/** Names of a list that `hitBurst` asks for. */
export function burstNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `burst-${number}.vn`)
}

/** The source addresses of `hitBurst`. */
export function burstClients(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `127.0.5.${number + 1}`)
}

/** Every client asks for every name once; resolves with the number of answers when all that will be answered is. */
export async function hitBurst(
  port: number,
  clients: readonly string[],
  names: readonly string[],
): Promise<number> {
  let answers = 0
  for (const address of clients) {
    const client = await UdpClient.open(port, address)
    try {
      const queries = names.map((name, id) => buildQuery(name, 'A', { id }))
      answers += (await client.shower(queries)).length
    } finally {
      client.close()
    }
  }
  return answers
}
