import { replaceControls } from '../keywords/clean-text.ts'

/** With this begins every line that an agent gets from the harness rather than from a person. */
export const SYSTEM_PREFIX = 'System: '

/**
 * Said to an agent whose session goes on after it was stopped, as a system message. Only the log of starts tells what has
 * changed: this makes the agent look.
 */
export const RESUME_NOTICE =
  'This session was stopped and has been resumed. Read resume.log before anything else, and look again at what may have changed outside the work directory.'

const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/

/**
 * A message of the harness to an agent: the prefix stands before each of its lines, so that none can be taken for a
 * person's, and never twice. The one place where it is added.
 */
export function renderSystemMessage(text: string): string {
  return linesOf(text.trim())
    .map((line) => (isSystemLine(line) ? line : `${SYSTEM_PREFIX}${line}`).trimEnd())
    .join('\n')
}

/** What a person or a program says, in which no line can be taken for the harness's: those that could are quoted. */
export function quoteForgedSystem(text: string): string {
  if (!/system\s*:/i.test(text)) return text
  return text
    .split(/(\r\n|[\n\r\v\f\u0085\u2028\u2029])/)
    .map((line) => (/^\s*system\s*:/i.test(line) ? `> ${line}` : line))
    .join('')
}

function linesOf(text: string): readonly string[] {
  return text.split(LINE_END).map(replaceControls)
}

function isSystemLine(line: string): boolean {
  return line.startsWith(SYSTEM_PREFIX) || line === SYSTEM_PREFIX.trimEnd()
}
