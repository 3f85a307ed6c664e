import { writeFile } from 'node:fs/promises'
import path from 'node:path'

export const MEBIBYTE = 1024 * 1024
/** What a program prints when it has written everything. */
export const DONE = 'all-was-written'
/** What a shell prints when it waits. */
export const PROMPT = 'ready>'

/** Programs that the benches look at, written into a directory. */
export interface Programs {
  /** Waits for Enter, then writes so many MiB of log lines as fast as they are taken; `colours`: with colours in them. */
  flood(kind: 'plain' | 'coloured'): readonly string[]
  /** Floods until it is killed, and tells in the first row how many keys it got. */
  readonly echo: readonly string[]
  readonly shell: readonly string[]
}

const ECHO = `
process.stdin.setRawMode(true)
let keys = 0
const line = 'the quick brown fox jumps over the lazy dog '.repeat(2).slice(0, 100) + '\\r\\n'
const piece = line.repeat(40)
process.stdout.write('\\x1b[2J\\x1b[2;38r\\x1b[2;1H')
process.stdin.on('data', (data) => {
  keys += data.length
  process.stdout.write('\\x1b7\\x1b[1;1Hkeys:' + keys + ';\\x1b8')
})
process.stdin.once('data', () => {
  const more = () => {
    process.stdout.write(piece)
    setImmediate(more)
  }
  more()
})
process.stdout.write('\\x1b7\\x1b[1;1Hkeys:0;\\x1b8')
`

/** @param floodBytes of each flood, about */
export async function writePrograms(directory: string, floodBytes: number): Promise<Programs> {
  const files = { plain: path.join(directory, 'plain'), coloured: path.join(directory, 'coloured') }
  await writeFile(
    files.plain,
    lines(floodBytes, (n, text) => `${n} ${text}`),
  )
  await writeFile(
    files.coloured,
    lines(
      floodBytes,
      (n, text) =>
        `\x1b[2m${n}\x1b[0m \x1b[3${n % 8}m${text.slice(0, 20)}\x1b[39m${text.slice(20, 50)}\x1b[1;38;5;${n % 256}m${text.slice(50)}\x1b[0m`,
    ),
  )
  const echo = path.join(directory, 'echo.mjs')
  await writeFile(echo, ECHO)
  return {
    flood: (kind) => ['/bin/sh', '-c', `stty -echo; read x; cat "$0"; echo ${DONE}; read x`, files[kind]],
    echo: [process.execPath, echo],
    shell: ['/bin/sh', '-c', `PS1='${PROMPT} '; export PS1; exec sh -i`],
  }
}

function lines(bytes: number, render: (n: number, text: string) => string): Buffer {
  const words = 'info request handled in 12 ms by worker for /api/items/4711 with status 200 and 1234 bytes'
  const all: string[] = []
  let length = 0
  for (let n = 0; length < bytes; n += 1) {
    const line = `${render(n, `${words.slice(n % 17)} ${words.slice(0, 20 + (n % 31))}`)}\n`
    all.push(line)
    length += line.length
  }
  return Buffer.from(all.join(''))
}
