/** A default export has no name of its own, so each importer invents one. */
export const namedExports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { named: 'Export it by name.' },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: 'named' })
    return {
      ExportDefaultDeclaration: report,
      ExportSpecifier(node) {
        if ((node.exported.name ?? node.exported.value) === 'default') report(node)
      },
      TSExportAssignment: report,
    }
  },
}
