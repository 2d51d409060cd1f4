/** The API's own description, taken apart for tests that hold the API to it, whatever routes there are. */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

type Validate = ((value: unknown) => boolean) & { errors?: readonly { instancePath: string; message?: string; params: object }[] | null } // prettier-ignore
interface Validator {
  compile(schema: object): Validate
  addSchema(schema: object, key: string): unknown
}
// Ajv comes with fastify.
const Ajv2020 = require('ajv/dist/2020').default as new (options: object) => Validator
const addFormats = require('ajv-formats').default as (ajv: Validator, formats: readonly string[]) => void

export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly [key: string]: unknown
}
export interface Media {
  readonly schema: JsonSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>
}
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: JsonSchema
  readonly example?: unknown
}
export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >
  readonly 'x-action': string
}
export interface ApiDocument {
  readonly openapi: string
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly examples: Readonly<
      Record<string, { readonly value: { readonly status: number; readonly code: string } }>
    >
  }
}

/** A call there is: method in capitals, path with `{name}`. */
export interface ApiCall extends Operation {
  readonly method: string
  readonly path: string
  /** `GET /api/v1/clients/{id}`. */
  readonly call: string
}

export function callsOf(document: ApiDocument): ApiCall[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]) => {
      const method = name.toUpperCase()
      return { ...operation, method, path, call: `${method} ${path}` }
    }),
  )
}

/** Path and query of `call` with these values; what is not given stays out, in the path it is `-`. */
export function urlOf({ path, parameters = [] }: ApiCall, values: Readonly<Record<string, unknown>>): string {
  const named = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(asText(values[name] ?? '-')),
  )
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && values[parameter.name] !== undefined)
    .flatMap(({ name }) =>
      [values[name]].flat().map((value) => `${name}=${encodeURIComponent(asText(value))}`),
    )
  return query.length === 0 ? named : `${named}?${query.join('&')}`
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The parameters' own examples, by name. */
export function exampleValues({ parameters = [] }: ApiCall): Record<string, unknown> {
  return Object.fromEntries(
    parameters.flatMap(({ name, example }) => (example === undefined ? [] : [[name, example]])),
  )
}

/** Judges values by the document's schemas. */
export class Judge {
  readonly #ajv: Validator
  readonly #compiled = new Map<object, Validate>()

  constructor(document: ApiDocument) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats(this.#ajv, ['date-time'])
    this.#ajv.addSchema({ $id: 'api', components: { schemas: closeAll(document.components.schemas) } }, 'api')
  }

  /**
   * What is wrong with `value`; empty: nothing. Objects are taken for closed: a field that the schema does not name is
   * wrong, even where a reader has to bear one.
   */
  faults(schema: JsonSchema, value: unknown): string[] {
    let validate = this.#compiled.get(schema)
    if (validate === undefined) {
      validate = this.#ajv.compile(closeAll(schema) as object)
      this.#compiled.set(schema, validate)
    }
    if (validate(value)) return []
    return validate.errors!.map(
      ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    )
  }
}

/** A judge of documents by a schema of their form. */
export function compileShape(shape: object): (value: unknown) => string[] {
  const validate = new Ajv2020({ strict: false, allErrors: false }).compile(shape)
  return (value) => (validate(value) ? [] : validate.errors!.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)) // prettier-ignore
}

/** The same schema, in which every object that names its properties has no others. */
function closeAll(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeAll)
  if (typeof schema === 'string' && schema.startsWith('#/components/')) return `api${schema}`
  if (typeof schema !== 'object' || schema === null) return schema
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, ['enum', 'const', 'example', 'examples', 'default'].includes(key) ? value : closeAll(value)]), // prettier-ignore
  )
  const names = (schema as JsonSchema).properties
  const isObject =
    (schema as JsonSchema).type === 'object' && names !== undefined && typeof names === 'object'
  return isObject && Object.keys(names).length > 0 ? { ...closed, additionalProperties: false } : closed
}
