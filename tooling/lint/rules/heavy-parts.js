import { HEAVY_PARTS } from '../layers.js'
import { onSpecifier } from './specifiers.js'
import { fileInPackage } from './file-in-package.js'

/** `ssh2`, `mongodb` and the SQLite binding are imported in their own folder only, so package roots stay light. */
export const heavyParts = {
  meta: {
    type: 'problem',
    schema: [
      { type: 'object', properties: { packageName: { type: 'string' }, directory: { type: 'string' } } },
    ],
    messages: { home: '{{part}} is imported only in {{folder}} of {{owner}}.' },
  },
  create(context) {
    const { packageName, directory } = context.options[0]
    const file = fileInPackage(context, directory)
    return onSpecifier((specifier, node) => {
      const part = Object.keys(HEAVY_PARTS).find(
        (name) => specifier === name || specifier.startsWith(`${name}/`),
      )
      if (part === undefined) return
      const home = HEAVY_PARTS[part]
      if (home.packageName === packageName && file.startsWith(home.folder)) return
      context.report({
        node,
        messageId: 'home',
        data: { part, folder: home.folder, owner: home.packageName },
      })
    })
  },
}
