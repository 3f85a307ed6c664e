import { onSpecifier } from './specifiers.js'

const DOOR = /(^|\/)(parse-[^/]+|[^/]+-schema|keywords|env)\.tsx?$/

/** zod checks what enters; past the door there are plain readonly types. */
export const zodAtDoors = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { door: 'zod is imported only in parse-*.ts, *-schema.ts, keywords.ts and env.ts.' },
  },
  create(context) {
    if (DOOR.test(context.filename.replaceAll('\\', '/'))) return {}
    return onSpecifier((specifier, node) => {
      if (specifier === 'zod' || specifier.startsWith('zod/')) context.report({ node, messageId: 'door' })
    })
  },
}
