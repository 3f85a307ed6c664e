import { HEAVY_SUBPATHS } from '../layers.js'
import { onSpecifier, packageOf } from './specifiers.js'

/** Workspace imports follow the graph: only what stands in `allowed`, and never upwards or sideways. */
export const layers = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          packageName: { type: 'string' },
          allowed: { type: 'array', items: { type: 'string' } },
          heavy: { type: 'boolean' },
          testing: { type: 'boolean' },
        },
      },
    ],
    messages: {
      layer: '{{packageName}} must not import {{specifier}}; it may import: {{allowed}}.',
      heavy:
        '{{specifier}} loads a heavy part; receive what it opens as an argument, only an application opens it.',
      testing: '{{specifier}} is for tests; the product must not depend on it.',
    },
  },
  create(context) {
    const { packageName, allowed, heavy, testing } = context.options[0]
    return onSpecifier((specifier, node) => {
      if (!specifier.startsWith('@x/')) return
      const own = packageOf(specifier) === packageName
      const data = { packageName, specifier, allowed: allowed.join(', ') || 'no workspace package' }
      if (!own && !allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
        context.report({ node, messageId: 'layer', data })
      } else if (!heavy && HEAVY_SUBPATHS.includes(specifier)) {
        context.report({ node, messageId: 'heavy', data })
      } else if (!testing && specifier.endsWith('/testing')) {
        context.report({ node, messageId: 'testing', data })
      }
    })
  },
}
