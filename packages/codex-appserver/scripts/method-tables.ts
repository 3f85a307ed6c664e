import { RESULT_TYPES } from './manual-schemas.ts'
import type { Definitions, Schema } from './schema-types.ts'

/** One method with the names of its types, as they stand in the generated protocol. */
export interface MethodRow {
  readonly method: string
  /** A TypeScript type over the generated names. */
  readonly params: string
  /** Absent for notifications. */
  readonly result?: string
}

export interface MethodTables {
  readonly clientRequests: readonly MethodRow[]
  readonly clientNotifications: readonly MethodRow[]
  readonly serverRequests: readonly MethodRow[]
  readonly serverNotifications: readonly MethodRow[]
}

/**
 * Reads the four unions of the dump.
 * @throws Error naming every request whose result type is neither named after its params nor declared by hand.
 */
export function methodTables(definitions: Definitions): MethodTables {
  const missing: string[] = []
  const requests = (union: string): MethodRow[] =>
    rowsOf(definitions, union).map((row) => {
      const result = resultNameOf(row)
      if (!definitions[result]) missing.push(row.method)
      return { ...row, result }
    })
  const tables = {
    clientRequests: requests('ClientRequest'),
    clientNotifications: rowsOf(definitions, 'ClientNotification'),
    serverRequests: requests('ServerRequest'),
    serverNotifications: rowsOf(definitions, 'ServerNotification'),
  }
  if (missing.length > 0)
    throw new Error(`no result type for ${missing.join(', ')}; declare it in RESULT_TYPES`)
  return tables
}

/** The name that the result type of a request should have. */
export function resultNameOf({ method, params }: MethodRow): string {
  return RESULT_TYPES[method] ?? params.replace(/ \| undefined$/, '').replace(/Params$/, 'Response')
}

/** The methods of one union, sorted. */
export function rowsOf(definitions: Definitions, union: string): MethodRow[] {
  const members = definitions[union]?.oneOf ?? []
  return members
    .map((member) => ({ method: methodOf(member), params: paramsOf(member) }))
    .sort((one, other) => (one.method < other.method ? -1 : 1))
}

function methodOf(member: Schema): string {
  const method = member.properties?.['method']
  if (typeof method !== 'object' || typeof method.enum?.[0] !== 'string')
    throw new Error('a union member without method')
  return method.enum[0]
}

function paramsOf(member: Schema): string {
  const params = member.properties?.['params']
  if (typeof params !== 'object') return 'undefined'
  const refs = [params, ...(params.anyOf ?? []), ...(params.oneOf ?? [])].flatMap(({ $ref }) =>
    $ref ? [nameOf($ref)] : [],
  )
  const optional = !member.required?.includes('params')
  return [...refs, ...(optional ? ['undefined'] : [])].join(' | ')
}

function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1)
}
