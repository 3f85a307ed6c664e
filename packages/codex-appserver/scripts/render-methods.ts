import type { MethodRow, MethodTables } from './method-tables.ts'

/** Renders the tables that type the client, and the names of all methods as data. */
export function renderMethods(tables: MethodTables): string {
  const rows = Object.values(tables as unknown as Record<string, readonly MethodRow[]>).flat()
  const names = rows.flatMap(({ params, result }) => [...params.split(' | '), ...(result ? [result] : [])])
  const imported = [...new Set(names)].filter((name) => name !== 'undefined').sort()
  return [
    `import type { ${imported.join(', ')} } from './protocol.ts'`,
    table(
      'ClientRequests',
      'What we may ask the server: params and result of each method.',
      tables.clientRequests,
    ),
    table(
      'ClientNotifications',
      'What we may tell the server: params of each method.',
      tables.clientNotifications,
    ),
    table(
      'ServerRequests',
      'What the server may ask us: params and the answer it expects.',
      tables.serverRequests,
    ),
    table(
      'ServerNotifications',
      'What the server may tell us: params of each method.',
      tables.serverNotifications,
    ),
    list('CLIENT_METHODS', tables.clientRequests, 'ClientRequests'),
    list('SERVER_REQUEST_METHODS', tables.serverRequests, 'ServerRequests'),
    list('SERVER_NOTIFICATION_METHODS', tables.serverNotifications, 'ServerNotifications'),
  ].join('\n\n')
}

function table(name: string, sentence: string, rows: readonly MethodRow[]): string {
  const lines = rows.map(({ method, params, result }) =>
    result ? `  '${method}': { params: ${params}; result: ${result} }` : `  '${method}': ${params}`,
  )
  return `/** ${sentence} */\nexport interface ${name} {\n${lines.join('\n')}\n}`
}

function list(name: string, rows: readonly MethodRow[], tableName: string): string {
  const members = rows.map(({ method }) => `'${method}'`)
  return `/** The keys of \`${tableName}\`, sorted. */\nexport const ${name} = [${members.join(', ')}] as const satisfies readonly (keyof ${tableName})[]`
}
