/**
 * Visitors that hand every module name of a file to `check(name, node, isImport)`: static and dynamic imports,
 * re-exports, `import('...')` types, `require`, and `vi.mock`-like calls. A rule built on these cannot be walked
 * around with another spelling.
 */
export function onSpecifier(check) {
  const visit = (source) => {
    const name = textOf(source)
    if (name !== undefined) check(name, source)
  }
  return {
    ImportDeclaration: (node) => visit(node.source),
    ImportExpression: (node) => visit(node.source),
    ExportNamedDeclaration: (node) => node.source && visit(node.source),
    ExportAllDeclaration: (node) => visit(node.source),
    TSImportType: (node) => visit(node.source ?? node.argument?.literal),
    TSExternalModuleReference: (node) => visit(node.expression),
    CallExpression(node) {
      if (LOADERS.has(calleeName(node.callee))) visit(node.arguments[0])
    },
  }
}

const LOADERS = new Set([
  'require',
  'require.resolve',
  'import.meta.resolve',
  'vi.mock',
  'vi.doMock',
  'vi.importActual',
])

function calleeName(callee) {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return ''
  if (callee.object.type === 'MetaProperty') return `import.meta.${callee.property.name}`
  return callee.object.type === 'Identifier' ? `${callee.object.name}.${callee.property.name}` : ''
}

/** The text of a string literal or of a template without holes; undefined for anything that is computed. */
export function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked
  return undefined
}

/** `@x/agents/conversation` of `@x/agents/conversation/deep`: package and first folder of a workspace name. */
export function packageOf(specifier) {
  return specifier.split('/').slice(0, 2).join('/')
}
