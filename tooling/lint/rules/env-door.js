import { textOf } from './specifiers.js'

/** The environment is read in `env.ts` and handed on as plain values, so nothing else depends on the machine. */
export const envDoor = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { door: 'process.env is read only in env.ts; take the value as an option.' },
  },
  create(context) {
    if (/(^|[\\/])env\.tsx?$/.test(context.filename)) return {}
    const report = (node) => context.report({ node, messageId: 'door' })
    return {
      MemberExpression(node) {
        const name = node.computed ? textOf(node.property) : node.property.name
        if (name === 'env' && isProcess(node.object)) report(node)
      },
      VariableDeclarator(node) {
        if (node.id.type !== 'ObjectPattern' || !node.init || !isProcess(node.init)) return
        if (node.id.properties.some((property) => property.key?.name === 'env')) report(node)
      },
      ImportSpecifier(node) {
        const from = node.parent.source.value
        if ((from === 'node:process' || from === 'process') && node.imported.name === 'env') report(node)
      },
    }
  },
}

function isProcess(node) {
  if (node.type === 'Identifier') return node.name === 'process'
  return node.type === 'MemberExpression' && !node.computed && node.property.name === 'process'
}
