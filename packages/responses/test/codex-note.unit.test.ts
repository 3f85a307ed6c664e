import { describe, expect, test } from 'vitest'

import { isAbortNote, isCodexNote, isCompactionOrder, isCompactionSummary } from '../src/codex-note.ts'

describe('isCodexNote', () => {
  test.each([
    '<environment_context>\n  <cwd>/srv</cwd>\n</environment_context>',
    '# AGENTS.md instructions for /srv\n\n<INSTRUCTIONS>\nbe nice\n</INSTRUCTIONS>',
    '<turn_aborted>\nThe user interrupted the previous turn on purpose.\n</turn_aborted>',
    '<user_shell_command>\n<command>\nls\n</command>\n</user_shell_command>\n',
    '<codex_internal_context source="goal">\ngo on\n</codex_internal_context>',
    '<skill>\n<name>x</name>\n</skill>',
    'You are performing a CONTEXT CHECKPOINT COMPACTION. Sum up.',
    'Another language model started to solve this problem and left a summary.',
  ])('knows %j', (part) => {
    expect(isCodexNote(part)).toBe(true)
  })

  test.each([
    'hello',
    '',
    '<p>markup of a person</p>',
    'what does <environment_context> mean?',
    '<environment_context> is cut off here',
    'first <my_tag>a</my_tag>',
    '# AGENTS are everywhere',
  ])('leaves %j to the person', (part) => {
    expect(isCodexNote(part)).toBe(false)
  })
})

test('an interruption, the order to compact and its summary are told apart', () => {
  const parts = [
    '<turn_aborted>\nx\n</turn_aborted>',
    'You are performing a CONTEXT CHECKPOINT COMPACTION.',
    'Another language model started to solve this problem',
  ]
  expect(parts.map(isAbortNote)).toEqual([true, false, false])
  expect(parts.map(isCompactionOrder)).toEqual([false, true, false])
  expect(parts.map(isCompactionSummary)).toEqual([false, false, true])
})
