import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import { openResponsesServer } from '../../src/open-responses-server.ts'
import {
  itemsOf,
  openAppServer,
  paramsOf,
  type AppServer,
  type AppServerOptions,
  type Message,
} from '../app-server.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const UPDATE_PLAN = '\n[tools.update_plan]\nenabled = true\n'

function said(messages: readonly Message[], threadId: string): string {
  return messages
    .filter(({ params }) => params?.['threadId'] === threadId)
    .flatMap((message) => itemsOf([message], 'agentMessage'))
    .map(({ text }) => text)
    .join('\n')
}

// What each step is to the older version is shown beside; here it is the words that are tested.
describe.each(CODEX_VERSIONS.slice(-1))(
  'a person who talks to the chat model through Codex %s',
  (version) => {
    async function talk(
      text: string,
      look: (
        messages: readonly Message[],
        told: string,
        work: string,
        app: AppServer,
      ) => Promise<void> | void,
      more: Partial<AppServerOptions> & { readonly turn?: Readonly<Record<string, unknown>> } = {},
    ): Promise<void> {
      await using directory = await privateDirectory()
      await using server = await openResponsesServer()
      await using app = await openAppServer(directory.path, server.url, { version, ...more })
      const { messages, status, error } = await app.turn(text, more.turn ?? {})
      expect([status, error]).toEqual(['completed', undefined])
      await look(messages, said(messages, app.threadId), path.join(directory.path, 'work'), app)
    }

    test('sees a plan being ticked off', async () => {
      await talk(
        'plan',
        (messages, told) => {
          const done = paramsOf(messages, 'plan').map(
            ({ plan }) =>
              (plan as readonly { readonly status: string }[]).filter(({ status }) => status === 'completed')
                .length,
          )
          expect(done).toEqual([0, 1, 2, 3])
          expect(told).toContain('all of them are ticked off')
        },
        { tables: UPDATE_PLAN },
      )
    })

    test.each(['think', 'reason'])('sees reasoning on %s', async (word) => {
      await talk(word, (messages) => {
        expect(itemsOf(messages, 'reasoning')[0]?.['summary']).toHaveLength(3)
      })
    })

    test.each(['gpt-5.5', 'unheard-of'])('sees files change with the model name %s', async (model) => {
      await talk(
        'patch',
        async (messages, told, work) => {
          expect(itemsOf(messages, 'fileChange')).toHaveLength(3)
          expect(told).toContain('I have added two files')
          expect(await readFile(path.join(work, 'scripted-model/better-notes.txt'), 'utf8')).toBe(
            'first line\na better second line\nand one more\nthird line\n',
          )
          expect(existsSync(path.join(work, 'scripted-model/draft.txt'))).toBe(false)
        },
        { model },
      )
    })

    test('sees three commands side by side', async () => {
      await talk('parallel', (_messages, told) => {
        for (const name of ['one', 'two', 'three']) expect(told).toContain(`${name} 3`)
        expect(told.match(/ended with exit code 0/g)).toHaveLength(3)
      })
    })

    test.each(['gpt-5.5', 'gpt-6.1-sol'])('sees sub-agents at work with the model name %s', async (model) => {
      await talk(
        'agents',
        (messages, told, _work, app) => {
          expect(told).toContain('The sub-agents have been at work')
          const others = messages.flatMap(({ params }) => {
            const thread = params?.['threadId']
            return typeof thread === 'string' && thread !== app.threadId ? [thread] : []
          })
          expect(new Set(others).size).toBe(2)
        },
        { model },
      )
    })

    test('sees sub-agents of the newer way, which know nothing of the conversation', async () => {
      const tables = '\n[features]\nmulti_agent_v2 = true\n'
      await talk(
        'agents',
        (messages, told) => {
          expect(told).toContain('The sub-agents have been at work')
          expect(
            itemsOf(messages, 'agentMessage')
              .map(({ text }) => text)
              .join('\n'),
          ).not.toContain('spawn_agent')
          expect(itemsOf(messages, 'subAgentActivity').length).toBeGreaterThanOrEqual(2)
        },
        { tables },
      )
    })

    test('is asked, and told what came of it', async () => {
      const settings = { model: 'gpt-5.5', reasoning_effort: null, developer_instructions: null }
      await talk(
        'ask',
        (messages, told) => {
          expect(paramsOf(messages, 'askPerson')).toHaveLength(1)
          expect(told).toContain('Blue')
        },
        {
          answer: () => ({ answers: { colour: { answers: ['Blue'] } } }),
          turn: { collaborationMode: { mode: 'plan', settings } },
        },
      )
    })

    test('hears why it cannot be asked', async () => {
      await talk('ask', (_messages, told) => {
        expect(told).toContain('unavailable in Default mode')
      })
    })

    test('sees the sandbox refuse a command', async () => {
      await talk('deny', async (_messages, told, _work, app) => {
        expect(told).toMatch(/ended with exit code 1:[\s\S]*Read-only file system/)
        expect(await app.itemDone('commandExecution')).toMatchObject({ status: 'failed' })
      })
    })

    test('sees that there is no network', async () => {
      await talk('net', (_messages, told) => {
        expect(told).toMatch(/ended with exit code (?!0)\d+/)
      })
    })

    test('sees tokens and limits', async () => {
      await talk('usage', (messages) => {
        expect(paramsOf(messages, 'tokenUsage').at(-1)).toMatchObject({
          tokenUsage: { last: { inputTokens: 123_456 } },
        })
        expect(paramsOf(messages, 'rateLimits').at(-1)).toMatchObject({
          rateLimits: { primary: { usedPercent: 42 } },
        })
      })
    })

    test('sees an image', async () => {
      await talk('images', (messages, told) => {
        expect(itemsOf(messages, 'imageView')).toHaveLength(1)
        expect(told).toMatch(/holds 1 image:\n\n- image\/png, \d+ characters/)
      })
    })

    test('is flooded', async () => {
      await talk('flood: 5000', (messages) => {
        expect(paramsOf(messages, 'answerDelta')).toHaveLength(5000)
      })
    })
  },
)

test('the newest version says how it gets a plan', async () => {
  await using directory = await privateDirectory()
  await using server = await openResponsesServer()
  await using app = await openAppServer(directory.path, server.url, { version: '0.169.0' })
  const { messages } = await app.turn('plan')
  expect(said(messages, app.threadId)).toContain('[tools.update_plan]')
})
