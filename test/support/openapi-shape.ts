/**
 * What an OpenAPI 3.1 document may say, as a JSON Schema that is closed everywhere: a key that the specification (3.1.0,
 * section 4.8) does not know at that place is a failure. Schema Objects are JSON Schema 2020-12 and judged as such elsewhere.
 */

const text = { type: 'string', minLength: 1 } as const

function closed(properties: Record<string, object | boolean>, required: readonly string[] = []): object {
  return {
    type: 'object',
    properties,
    patternProperties: { '^x-': true },
    required,
    additionalProperties: false,
  }
}
function map(value: object, keys: string): object {
  return { type: 'object', patternProperties: { [keys]: value }, additionalProperties: false }
}
const of = (name: string): object => ({ $ref: `#/$defs/${name}` })
const orReference = (name: string): object => ({ oneOf: [of('reference'), of(name)] })
const NAMES = '^[a-zA-Z0-9._-]+$'

export const OPENAPI_SHAPE = {
  $id: 'openapi-3.1',
  ...closed(
    {
      openapi: { const: '3.1.0' },
      info: of('info'),
      jsonSchemaDialect: text,
      servers: { type: 'array', minItems: 1, items: of('server') },
      paths: map(of('pathItem'), '^/'),
      webhooks: map(of('pathItem'), '.'),
      components: of('components'),
      security: { type: 'array', items: of('securityRequirement') },
      tags: { type: 'array', items: of('tag') },
      externalDocs: of('externalDocs'),
    },
    ['openapi', 'info', 'paths'],
  ),
  $defs: {
    reference: {
      type: 'object',
      properties: { $ref: { type: 'string', pattern: '^#/components/' }, summary: text, description: text },
      required: ['$ref'],
      additionalProperties: false,
    },
    info: closed(
      {
        title: text,
        summary: text,
        description: text,
        termsOfService: text,
        contact: closed({ name: text, url: text, email: text }),
        license: closed({ name: text, identifier: text, url: text }, ['name']),
        version: text,
      },
      ['title', 'version'],
    ),
    server: closed({ url: text, description: text }, ['url']),
    tag: closed({ name: text, description: text, externalDocs: of('externalDocs') }, ['name']),
    externalDocs: closed({ url: text, description: text }, ['url']),
    securityRequirement: map({ type: 'array', items: text }, NAMES),
    pathItem: closed({
      ...Object.fromEntries(
        ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'].map((method) => [
          method,
          of('operation'),
        ]),
      ),
      summary: text,
      description: text,
      parameters: { type: 'array', items: orReference('parameter') },
    }),
    operation: closed(
      {
        tags: { type: 'array', items: text },
        summary: text,
        description: text,
        externalDocs: of('externalDocs'),
        operationId: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' },
        parameters: { type: 'array', items: orReference('parameter') },
        requestBody: orReference('requestBody'),
        responses: map(orReference('response'), '^(default|[1-5](\\d\\d|XX))$'),
        deprecated: { type: 'boolean' },
        security: { type: 'array', items: of('securityRequirement') },
      },
      ['operationId', 'summary', 'description', 'tags', 'responses', 'security'],
    ),
    parameter: {
      ...closed(
        {
          name: text,
          in: { enum: ['path', 'query', 'header', 'cookie'] },
          description: text,
          required: { type: 'boolean' },
          deprecated: { type: 'boolean' },
          style: text,
          explode: { type: 'boolean' },
          schema: of('schema'),
          example: true,
          examples: map(orReference('example'), '.'),
        },
        ['name', 'in', 'schema'],
      ),
      anyOf: [
        { properties: { in: { enum: ['query', 'header', 'cookie'] } } },
        { properties: { required: { const: true } }, required: ['required'] },
      ],
      not: { required: ['example', 'examples'] },
    },
    requestBody: closed({ description: text, content: of('content'), required: { type: 'boolean' } }, [
      'content',
    ]),
    response: closed(
      { description: text, headers: map(of('header'), '.'), content: of('content'), links: true },
      ['description'],
    ),
    header: closed({ description: text, required: { type: 'boolean' }, schema: of('schema'), example: true }),
    content: { ...map(of('media'), '^[a-z]+/[a-z0-9.+-]+$'), minProperties: 1 },
    media: {
      ...closed(
        { schema: of('schema'), example: true, examples: map(orReference('example'), '.'), encoding: true },
        ['schema'],
      ),
      not: { required: ['example', 'examples'] },
    },
    example: closed({ summary: text, description: text, value: true, externalValue: text }),
    components: closed({
      schemas: map(of('schema'), NAMES),
      responses: map(orReference('response'), NAMES),
      parameters: map(orReference('parameter'), NAMES),
      examples: map(orReference('example'), NAMES),
      requestBodies: map(orReference('requestBody'), NAMES),
      headers: map(orReference('header'), NAMES),
      securitySchemes: map(of('securityScheme'), NAMES),
    }),
    securityScheme: {
      oneOf: [
        closed({ type: { const: 'http' }, scheme: text, bearerFormat: text, description: text }, [
          'type',
          'scheme',
        ]),
        closed(
          {
            type: { const: 'apiKey' },
            in: { enum: ['query', 'header', 'cookie'] },
            name: text,
            description: text,
          },
          ['type', 'in', 'name'],
        ),
      ],
    },
    schema: { type: ['object', 'boolean'] },
  },
} as const
