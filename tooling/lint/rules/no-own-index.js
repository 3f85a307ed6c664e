import { fileInPackage } from './file-in-package.js'
import { onSpecifier, packageOf } from './specifiers.js'

/** `./index.ts`, `../wire/index.js`, and a bare folder of dots, which means its index. */
const INDEX = /^\.{1,2}(\/.*)?\/index(\.[jt]sx?)?$|^[./]+$/

/**
 * Inside a package, code imports the file that owns the thing: no cycles through the public surface. Only a surface
 * itself may hand on another one, as the root does with the types of a subpath.
 */
export const noOwnIndex = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          packageName: { type: 'string' },
          directory: { type: 'string' },
          entries: { type: 'array', items: { type: 'string' } },
        },
      },
    ],
    messages: {
      index: 'Import the file itself, not {{specifier}}: an index is a surface for others.',
      self: 'A package does not import itself by name; import the file.',
    },
  },
  create(context) {
    const { packageName, directory, entries } = context.options[0]
    const surface = entries.includes(`./${fileInPackage(context, directory)}`)
    return onSpecifier((specifier, node) => {
      if (packageOf(specifier) === packageName) context.report({ node, messageId: 'self' })
      else if (!surface && INDEX.test(specifier))
        context.report({ node, messageId: 'index', data: { specifier } })
    })
  },
}
