import { describe, expect, test } from 'vitest'
import { keywordFeatures } from '../../src/keywords/features.ts'
import { isKeywordOn, keywordForm, KEYWORDS } from '../../src/keywords/keywords.ts'
import { parseKeywordLine } from '../../src/keywords/parse-keyword-line.ts'
import { type PromptOptions, renderPrompt } from '../../src/prompt/render-prompt.ts'
import { everyFeatureSet } from '../keywords/feature-sets.ts'

const everything = keywordFeatures({
  deliverables: true,
  browser: 'redirect',
  clientMessages: true,
  callerMessages: true,
})
const FULL: PromptOptions = {
  features: everything,
  task: '  Write a report.\n\nKeep it short.  \n\n',
  offersFiles: true,
  resume: { excluded: ['node_modules', '*.tmp'], kept: ['home/.agent/history'] },
  restrictions: [
    { path: '/data', mode: 'read' },
    { path: '/scratch', mode: 'write' },
  ],
  sections: [() => '## From a wrapper\n\nOne thing more.\n\n', () => undefined],
}

function headings(prompt: string): readonly string[] {
  return prompt.split('\n').filter((line) => line.startsWith('#'))
}

describe('a prompt', () => {
  test('says all of it in this order', () => {
    expect(headings(renderPrompt(FULL))).toEqual([
      '# How this session works',
      '## Log channel',
      '## Deliverables',
      '## Messages from the harness',
      '## When this session is resumed',
      '## Task',
      '## Files for people',
      '## Where you may go',
      '## From a wrapper',
    ])
  })

  test('says nothing of what is off', () => {
    const prompt = renderPrompt({})
    expect(headings(prompt)).toEqual(['## Messages from the harness'])
    expect(prompt).not.toMatch(/\.log|deliverable|browser|resume/i)
  })

  test('says what is recorded here', () => {
    expect(renderPrompt(FULL)).toMatchSnapshot('everything')
    expect(renderPrompt({ features: keywordFeatures({ keywords: true }), task: 'Go.' })).toMatchSnapshot(
      'keywords and a task',
    )
    expect(
      renderPrompt({
        features: keywordFeatures({ browser: 'suppress' }),
        resume: {},
        restrictions: [],
        offersFiles: true,
      }),
    ).toMatchSnapshot('a conversation')
  })

  test('keeps the words of the task', () => {
    expect(renderPrompt(FULL)).toContain('\n\n  Write a report.\n\nKeep it short.\n\n## Files')
    expect(renderPrompt({ task: '  \n' })).not.toContain('## Task')
  })

  test('speaks of STATUS at the task when it has explained it', () => {
    expect(renderPrompt({ task: 'Go.' })).not.toContain('STATUS')
  })

  test('offers files without a word on deliverables where there are none', () => {
    expect(renderPrompt({ offersFiles: true })).not.toMatch(/deliverable/i)
    expect(renderPrompt({ offersFiles: true })).toContain('](offer:')
  })

  test('names the places of an agent that works elsewhere, so that a shell finds them', () => {
    const prompt = renderPrompt({ features: everything, workPath: '/tasks/my task/work', resume: {} })
    expect(prompt).toContain(">> '/tasks/my task/work/agent.log'")
    expect(prompt).toContain('`/tasks/my task/work/deliverables/`')
    expect(prompt).toContain('`/tasks/my task/work/resume.log`')
  })

  test('is the same for the same options, and ends in one newline', () => {
    for (const features of everyFeatureSet()) {
      const prompt = renderPrompt({ ...FULL, features })
      expect(renderPrompt({ ...FULL, features })).toBe(prompt)
      expect(prompt).toMatch(/[^\n]\n$/)
      expect(prompt).not.toMatch(/\n\n\n|[ \t]\n/)
    }
  })

  test('names no agent', () => {
    for (const features of everyFeatureSet()) {
      expect(renderPrompt({ ...FULL, features })).not.toMatch(/codex|openai|claude|gemini|gpt|@x\//i)
    }
  })
})

describe('prompt and parser agree, whatever is on', () => {
  const cases = everyFeatureSet().map((features) => ({
    features,
    prompt: renderPrompt({ ...FULL, features }),
  }))

  test('each keyword is explained when its lines are understood, and not otherwise', () => {
    for (const { features, prompt } of cases) {
      for (const keyword of KEYWORDS) {
        const isTold = new RegExp(`\\b${keyword.spelling}\\b`).test(prompt)
        expect(isTold).toBe(features.keywords && isKeywordOn(keyword, features))
        expect(prompt.includes(`\`${keywordForm(keyword)}\``)).toBe(isTold)
        expect(prompt.includes(`\`${keyword.example}\``)).toBe(isTold)
      }
    }
  })

  test('each line that is shown is understood', () => {
    for (const { features, prompt } of cases) {
      const shown = Array.from(
        prompt.matchAll(/Example: `(.*)`|printf '%s\\n' '(.*)' >>/g),
        ([, a, b]) => a ?? b ?? '',
      )
      for (const line of shown) expect(parseKeywordLine(line, features).type).not.toBe('text')
      const on = KEYWORDS.filter((keyword) => isKeywordOn(keyword, features))
      expect(shown).toHaveLength(features.keywords ? on.length + 1 : 0)
    }
  })
})
