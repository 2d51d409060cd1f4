/** The other servers of the organisation, whose hits are taken over: `nodes`. */
import { Type, type Static } from 'typebox'
import type { NodeSettings } from '../settings.ts'

/** Half of what one store has room for, so that some of them may begin a database anew. */
const MAX_NODES = 8

export const NodesSchema = Type.Array(
  Type.Object(
    {
      id: Type.String({
        format: 'identifier',
        description: 'Unique; appears in metrics, logs and `status`.',
      }),
      url: Type.String({
        maxLength: 300,
        description:
          'Its admin API: `https://10.0.0.6:8053`. Plain http only to this machine itself, or with `allowHttp`. No path, user or password in it.',
      }),
      tokenFile: Type.String({
        format: 'path',
        description:
          'File whose first line is a token of that server with the role `node`. It is read at every attempt.',
      }),
      caFile: Type.Union([Type.Null(), Type.String({ format: 'path' })], {
        description:
          "Certificates (PEM) to trust instead of the system's: its certification authority, or its own certificate where it is self-signed.",
        default: null,
      }),
      allowHttp: Type.Boolean({
        description: 'Take plain http over the network: whoever is on the way reads the token and every hit.',
        default: false,
      }),
    },
    { additionalProperties: false },
  ),
  {
    description:
      'Other servers of the organisation. Their hits are taken over, so that each list of machines is whole; see [two resolvers](operations.md#two-resolvers).',
    default: [],
    maxItems: MAX_NODES,
  },
)

/** Normalises `nodes`, which `checkNodes` has passed; `resolve` makes a path absolute. */
export function readNodes(
  nodes: Static<typeof NodesSchema>,
  resolve: (path: string) => string,
): NodeSettings[] {
  return nodes.map((node) => ({
    ...node,
    url: new URL(node.url).origin,
    tokenFile: resolve(node.tokenFile),
    caFile: node.caFile === null ? null : resolve(node.caFile),
  }))
}

/** `nodes` as it is written, every default in it. */
export function writeNodes(nodes: readonly NodeSettings[]): Static<typeof NodesSchema> {
  return nodes.map((node) => ({ ...node }))
}
