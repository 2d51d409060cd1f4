/** An example of a call, as the API's description shows it. */
export interface CallExample {
  /** Values of parameters: of the path, the query, the headers. */
  readonly given?: Readonly<Record<string, string | number | boolean>>
  /** Text: what is no JSON. */
  readonly body?: object | string
  /** What a success is answered with, as JSON; null: nothing. */
  readonly answer?: object | null
  /** The same where it is no JSON: media type → text. */
  readonly texts?: Readonly<Record<string, string>>
}

/** Method and path, as OpenAPI writes it, → example. */
export type CallExamples = Readonly<Record<string, CallExample>>
