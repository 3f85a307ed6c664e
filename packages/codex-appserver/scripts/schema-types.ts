/** The part of JSON Schema draft 7 that the dumps use. */
export interface Schema {
  readonly $schema?: string
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema | boolean>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema | boolean
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly default?: unknown
  /** Ours, not the dumps': only the experimental dump of the newest version that has it has it. */
  readonly experimental?: true
}

/** Every named type of one dump, by name; `#/definitions/<name>` refers to a neighbour. */
export type Definitions = Readonly<Record<string, Schema>>

/** The four unions of the dump whose members carry a `method`. */
export const METHOD_UNIONS = [
  'ClientRequest',
  'ClientNotification',
  'ServerRequest',
  'ServerNotification',
] as const
