import { emptyConversation, type ConversationState, type Item, type Turn } from '@x/agents/conversation'

const DIFF = `diff --git a/src/parse.ts b/src/parse.ts
index 1111111..2222222 100644
--- a/src/parse.ts
+++ b/src/parse.ts
@@ -10,7 +10,8 @@ export function parse(text: string): Value {
   const lines = text.split('\\n')
   const first = lines[0]
-  if (first === undefined) throw new Error('empty')
+  if (first === undefined) return EMPTY
+  assertHeader(first)
   return read(lines)
 }
 
diff --git a/test/parse.test.ts b/test/parse.test.ts
new file mode 100644
--- /dev/null
+++ b/test/parse.test.ts
@@ -0,0 +1,5 @@
+import { parse } from '../src/parse.ts'
+
+test('an empty text is an empty value', () => {
+  expect(parse('')).toBe(EMPTY)
+})
`
const ESC = '\u001b'
const done = { phase: 'done' } as const
const command = { ...done, type: 'command', cwd: '/home/me/project', output: '', outputDropped: 0 } as const

const ITEMS: readonly Item[] = [
  {
    ...done,
    id: 'u1',
    type: 'user-message',
    text: 'Make `parse` accept an empty text, and prove it with a test.\nRun the whole suite afterwards.',
  },
  {
    ...done,
    id: 'r1',
    type: 'reasoning',
    text: '**Finding where the text is read**\n\nThe parser throws on the first line.',
  },
  {
    ...command,
    id: 'c1',
    command: 'rg -n "export function parse" src',
    status: 'completed',
    output: 'src/parse.ts:10:export function parse(text: string): Value {\n',
    exitCode: 0,
    durationMs: 42,
  },
  {
    ...command,
    id: 'c2',
    command: 'npm test -- --reporter=verbose test/parse.test.ts',
    status: 'failed',
    exitCode: 1,
    durationMs: 3_420,
    output: `${ESC}[1m RUN ${ESC}[22m v4.1.12\n${ESC}[32m✓${ESC}[39m reads a header\n${ESC}[31m×${ESC}[39m an empty text is an empty value\n${ESC}[31m${ESC}[1mAssertionError${ESC}[22m${ESC}[39m: expected ${ESC}[32mEMPTY${ESC}[39m, got ${ESC}[31mundefined${ESC}[39m\n${ESC}[2m  at test/parse.test.ts:4${ESC}[22m\n${ESC}[41m${ESC}[37m FAIL ${ESC}[0m 1 of 2\n`,
  },
  {
    ...command,
    id: 'c3',
    command: 'cp report.html /srv/www/report.html',
    status: 'refused',
    refusal: { denied: 'write', path: '/srv/www/report.html', grant: { path: '/srv/www', mode: 'write' } },
    durationMs: 8,
  },
  {
    ...done,
    id: 'f1',
    type: 'file-change',
    status: 'completed',
    changes: [
      {
        path: '/home/me/project/src/parse.ts',
        kind: 'update',
        diff: DIFF.split('diff --git')[1]?.split('\n').slice(4).join('\n') ?? '',
      },
      {
        path: '/home/me/project/test/parse.test.ts',
        kind: 'add',
        diff: "import { parse } from '../src/parse.ts'\n\ntest('an empty text', () => {})\n",
      },
    ],
  },
  {
    ...done,
    id: 't1',
    type: 'tool-call',
    server: 'docs',
    tool: 'search',
    status: 'completed',
    input: '{"query":"empty text"}',
    output: '3 pages',
    durationMs: 310,
  },
  { ...done, id: 'w1', type: 'web-search', query: 'parser combinators empty input' },
  { ...done, id: 'i1', type: 'picture', path: '/home/me/project/shot.png' },
  {
    ...done,
    id: 'a1',
    type: 'agent-call',
    action: 'spawnAgent',
    status: 'completed',
    prompt: 'Review the tests.',
    agentIds: ['agent-owl-000001'],
  },
  { ...done, id: 'k1', type: 'compaction' },
  { ...done, id: 'o1', type: 'other', kind: 'sleep', text: 'waited for a lock' },
  {
    ...done,
    id: 'm1',
    type: 'agent-message',
    text: 'The parser now returns `EMPTY` for an empty text.\n\n- `src/parse.ts`: one guard, no other behaviour changed\n- `test/parse.test.ts`: the case that failed before\n\n```ts\nif (first === undefined) return EMPTY\n```\n\n| suite | before | after |\n|---|---|---|\n| parse | 1 of 2 | 2 of 2 |\n| all | 211 | 212 |\n',
  },
]

/** A turn of every kind of item, one that asks for everything, and one that runs. */
export function showcase(now = Date.now()): ConversationState {
  const first: Turn = {
    id: 'turn-1',
    status: 'completed',
    items: ITEMS,
    diff: DIFF,
    startedAt: now - 400_000,
    endedAt: now - 320_000,
    usage: { inputTokens: 48_120, outputTokens: 2_310, totalTokens: 50_430 },
  }
  const failed: Turn = {
    id: 'turn-2',
    status: 'failed',
    items: [{ ...done, id: 'u2', type: 'user-message', text: 'Publish it.' }],
    error: {
      message: 'The model’s service answered 429: the limit of this login is reached.',
      remedy: 'Wait until 14:00, or use another login.',
    },
    startedAt: now - 300_000,
    endedAt: now - 298_000,
  }
  const running: Turn = {
    id: 'turn-3',
    status: 'in-progress',
    startedAt: now - 20_000,
    items: [
      { ...done, id: 'u3', type: 'user-message', text: 'Then plan the release.' },
      { ...done, id: 'p3', type: 'plan', text: '1. Bump the version\n2. Write the notes\n3. Publish' },
      { ...command, id: 'c4', phase: 'open', command: 'git push --tags', status: 'running' },
    ],
    plan: {
      explanation: 'Three steps, the last one needs you.',
      steps: [
        { text: 'Bump the version', status: 'completed' },
        { text: 'Write the notes', status: 'in-progress' },
        { text: 'Publish', status: 'pending' },
      ],
    },
  }
  return {
    ...emptyConversation('0199a-thread', '/home/me/project'),
    turns: [first, failed, running],
    agents: [
      { id: 'agent-owl-000001', name: 'Owl', status: 'running', lastMessage: 'Reading test/parse.test.ts' },
      { id: 'agent-fox-000002', name: 'Fox', status: 'done', lastMessage: 'All links of the notes resolve.' },
    ],
    approvals: [
      {
        id: 'ap1',
        turnId: 'turn-3',
        itemId: 'c4',
        kind: 'command',
        command: 'git push --tags',
        cwd: '/home/me/project',
        reason: 'The tags must be on the server before the release is made.',
        leavesSandbox: true,
        choices: ['accept', 'accept-for-session', 'decline', 'cancel'],
        requestedAt: now - 4_000,
      },
    ],
    queue: {
      messages: [
        { id: 'q1', text: 'And tell me the size of the package.', queuedAt: now },
        { id: 'q2', text: 'Close the milestone when it is out.', queuedAt: now },
      ],
    },
    model: { model: 'large', effort: 'medium' },
    context: { usedTokens: 50_430, windowTokens: 272_000, totalTokens: 181_000 },
    notices: [
      { id: 'n1', level: 'warning', message: 'No system bubblewrap was found; the bundled one is used.' },
    ],
  }
}
