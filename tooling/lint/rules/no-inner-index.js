import { fileInPackage } from './file-in-package.js'

/** An `index.ts` in a folder hides where things are, unless the package exports that folder as a subpath. */
export const noInnerIndex = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: { directory: { type: 'string' }, entries: { type: 'array', items: { type: 'string' } } },
      },
    ],
    messages: { barrel: '{{file}} is no entry of the export map; name the file after what it exports.' },
  },
  create(context) {
    const { directory, entries } = context.options[0]
    const file = fileInPackage(context, directory)
    if (!/(^|\/)index\.[jt]sx?$/.test(file) || entries.includes(`./${file}`)) return {}
    return { Program: (node) => context.report({ node, messageId: 'barrel', data: { file } }) }
  },
}
