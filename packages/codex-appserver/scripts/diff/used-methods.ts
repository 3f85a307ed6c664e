import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const PACKAGES = fileURLToPath(new URL('../../..', import.meta.url))

/** Where the protocol is spoken: nobody else knows its words, which the linter sees to. */
const SPEAKERS = ['codex-appserver/src', 'codex/src'].map((directory) => path.join(PACKAGES, directory))

/** Which of `methods` are named in the sources of ours that speak the protocol. Generated files name all of them. */
export function usedMethods(
  methods: ReadonlySet<string>,
  directories: readonly string[] = SPEAKERS,
): ReadonlySet<string> {
  const used = new Set<string>()
  for (const directory of directories) {
    for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file) || file.split(path.sep).includes('_generated')) continue
      const text = readFileSync(path.join(directory, file), 'utf8')
      for (const word of stringsOf(file, text)) if (methods.has(word)) used.add(word)
    }
  }
  return used
}

/** Every string in a source, in code and in types; comments are none. */
function stringsOf(file: string, text: string): readonly string[] {
  const strings: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return strings
}
