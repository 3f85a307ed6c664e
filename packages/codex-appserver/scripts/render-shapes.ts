import type { MethodRow, MethodTables } from './method-tables.ts'
import type { Definitions } from './schema-types.ts'
import { ShapeBuilder } from './shapes.ts'

/** Renders what is checked of messages that arrive: notifications, requests of the server, results of ours. */
export function renderShapes(definitions: Definitions, tables: MethodTables): string {
  const builder = new ShapeBuilder(definitions)
  const inbound = [
    entries('NOTIFICATION_SHAPES', tables.serverNotifications, ({ params }) => params),
    entries('SERVER_REQUEST_SHAPES', tables.serverRequests, ({ params }) => params),
    entries('RESULT_SHAPES', tables.clientRequests, ({ result = 'undefined' }) => result),
  ]
  function entries(name: string, rows: readonly MethodRow[], typeOf: (row: MethodRow) => string): string {
    const lines = rows.flatMap((row) => {
      const [type = 'undefined', optional] = typeOf(row).split(' | ')
      // A message that may come without params has nothing that must be there.
      if (type === 'undefined' || optional === 'undefined') return []
      return [`  '${row.method}': ${JSON.stringify(builder.refer(type))},`]
    })
    return `export const ${name}: Readonly<Record<string, Shape>> = {\n${lines.join('\n')}\n}`
  }
  const named = [...builder.named]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, shape]) => `  ${name}: ${JSON.stringify(shape)},`)
  return [
    `import type { Shape } from '../validate/shape.ts'`,
    `/** What others refer to as \`#Name\`. */\nexport const NAMED_SHAPES: Readonly<Record<string, Shape>> = {\n${named.join('\n')}\n}`,
    ...inbound,
  ].join('\n\n')
}
