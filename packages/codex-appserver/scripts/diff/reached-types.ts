import { resultNameOf, rowsOf, type MethodRow } from '../method-tables.ts'
import type { Definitions } from '../schema-types.ts'

/** Which way a value travels: it decides which changes can hurt. */
export type Direction = 'inbound' | 'outbound'

/** The ways that each type travels with the methods given. */
export function reachedTypes(
  definitions: Definitions,
  isUsed: (method: string) => boolean,
): ReadonlyMap<string, ReadonlySet<Direction>> {
  const reached = new Map<string, Set<Direction>>()
  const reach = (name: string, direction: Direction): void => {
    const schema = definitions[name]
    const directions = reached.get(name) ?? new Set()
    if (!schema || directions.has(direction)) return
    reached.set(name, directions.add(direction))
    for (const reference of referencesOf(schema)) reach(reference, direction)
  }
  const each = (union: string, visit: (row: MethodRow) => void): void => {
    for (const row of rowsOf(definitions, union)) if (isUsed(row.method)) visit(row)
  }
  const params = (direction: Direction) => (row: MethodRow) => {
    for (const name of row.params.split(' | ')) reach(name, direction)
  }
  each('ClientRequest', params('outbound'))
  each('ClientNotification', params('outbound'))
  each('ServerRequest', params('inbound'))
  each('ServerNotification', params('inbound'))
  each('ClientRequest', (row) => {
    reach(resultNameOf(row), 'inbound')
  })
  each('ServerRequest', (row) => {
    reach(resultNameOf(row), 'outbound')
  })
  return reached
}

function referencesOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesOf)
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string'
      ? [value.slice(value.lastIndexOf('/') + 1)]
      : referencesOf(value),
  )
}
