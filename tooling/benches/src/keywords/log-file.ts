import { open } from 'node:fs/promises'

/** What agents write: how they get on, what their tools print, and now and then something to be acted upon. */
const LINES: readonly string[] = [
  'STATUS: 42% the parser is written, its tests are next',
  'a line that is no keyword, and says what some tool has printed',
  'STATUS: looking at the failing test',
  'STATUS: 57%',
  'DELIVERABLE: deliverables/report.md',
  'STATUS: 60% the second half of the tests passes',
  'another line of some tool: it has a colon, and says nothing',
  'CALLER_MESSAGE: lookup {"customer":17,"fields":["name","city"]}',
  'STATUS: 61% waiting for the answer',
  '    at the end of a stack trace, a file and a number (parser.ts:17)',
]
const TOGETHER = 10_000

/** Writes so many lines of an agent's log. */
export async function writeLog(file: string, lines: number): Promise<void> {
  await using handle = await open(file, 'w')
  for (let written = 0; written < lines; written += TOGETHER) {
    await handle.write(`${LINES.join('\n')}\n`.repeat(TOGETHER / LINES.length))
  }
}
