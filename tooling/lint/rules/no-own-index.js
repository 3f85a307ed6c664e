import { onSpecifier, packageOf } from './specifiers.js'

/** Inside a package, code imports the file that owns the thing: no cycles through the public surface. */
export const noOwnIndex = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { packageName: { type: 'string' } } }],
    messages: {
      index: 'Import the file itself, not {{specifier}}: an index is a surface for others.',
      self: 'A package does not import itself by name; import the file.',
    },
  },
  create(context) {
    const { packageName } = context.options[0]
    return onSpecifier((specifier, node) => {
      if (packageOf(specifier) === packageName) context.report({ node, messageId: 'self' })
      else if (
        /^\.{1,2}(\/|$)/.test(specifier) &&
        (/(^|\/)index(\.[jt]sx?)?$/.test(specifier) || /^[./]+$/.test(specifier))
      ) {
        context.report({ node, messageId: 'index', data: { specifier } })
      }
    })
  },
}
