/**
 * The script in `/bin/bash -lc 'script'`, as which Codex tells every command; any other command as it is.
 */
export function unwrapShell(command: string): string {
  const words = splitWords(command)
  const [program = '', flag = '', script] = words ?? []
  const isShell = /(^|\/)(ba|z|da|k)?sh$/.test(program) && /^-l?c$/.test(flag)
  return isShell && words?.length === 3 && script !== undefined ? script : command
}

/** Words by POSIX quoting; `undefined` when a quote stays open. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = []
  const pattern = /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)/gsy
  let at = 0
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    words.push(unquote(match[1] ?? ''))
    at = pattern.lastIndex
  }
  return text.slice(at).trim() === '' ? words : undefined
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs,
    (_, single?: string, double?: string, plain?: string) => {
      if (single !== undefined) return single
      // Inside double quotes a backslash is one, but before these.
      if (double !== undefined) return double.replace(/\\([$`"\\\n])/g, '$1')
      return plain ?? ''
    },
  )
}
