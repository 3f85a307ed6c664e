import type { ModelRequest } from '../model-request.ts'
import type { ModelStep } from '../model-step.ts'
import { inputImages } from '../read-request.ts'
import type { FileChange } from '../steps/patch.ts'
import type { PlanEntry } from '../steps/plan.ts'
import { offers } from './offers.ts'
import { clip, OFFLINE, outputBlock } from './texts.ts'
import type { TurnState } from './turn-state.ts'
import type { Act } from './wish.ts'

const LOOK_MS = 600
const DELTA_MS = 25
const PLAN = ['Look around', 'Do the work', 'Tell what was done']
const QUESTION = {
  id: 'colour',
  header: 'Colour',
  question: 'Which colour should the scripted model like best?',
  options: [
    { label: 'Red', description: 'The colour of warnings.' },
    { label: 'Green', description: 'The colour of tests that pass.' },
    { label: 'Blue', description: 'The colour of links.' },
  ],
}
const FOLDER = 'scripted-model'
const PICTURE = `${FOLDER}.png`
// 32 by 32 pixels of one colour.
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mMwTjtDU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAONQlEzhp+MxAAAAAElFTkSuQmCC'

const PATCHES: readonly (readonly FileChange[])[] = [
  [
    { add: `${FOLDER}/notes.txt`, content: 'first line\nsecond line\nthird line\n' },
    { add: `${FOLDER}/draft.txt`, content: 'to be removed\n' },
  ],
  [
    {
      update: `${FOLDER}/notes.txt`,
      replace: [{ from: 'second line', to: 'a better second line\nand one more' }],
      moveTo: `${FOLDER}/better-notes.txt`,
    },
  ],
  [{ delete: `${FOLDER}/draft.txt` }],
]

/** The next answer of an act; how far it has come follows from what came back since the message. */
export function playAct(act: Act, request: ModelRequest, state: TurnState): Iterable<ModelStep> {
  switch (act) {
    case 'plan':
      return showPlan(request, state)
    case 'think':
      return thinkAloud()
    case 'patch':
      return changeFiles(state)
    case 'parallel':
      return ['one', 'two', 'three'].map((name) =>
        command(`for n in 1 2 3; do echo ${name} $n; sleep 0.5; done`),
      )
    case 'agents':
      return letAgentsWork(state)
    case 'ask':
      return askPerson(request, state)
    case 'usage':
      return reportUsage()
    case 'images':
      return lookAtImages(request, state)
  }
}

/** What an act sends before everything else. */
export function headOf(act: Act): readonly ModelStep[] {
  if (act !== 'usage') return []
  const now = Math.floor(Date.now() / 1000)
  return [
    {
      rateLimits: {
        primary: { usedPercent: 42, windowMinutes: 300, resetsAt: now + 3600 },
        secondary: { usedPercent: 7, windowMinutes: 10_080, resetsAt: now + 5 * 86_400 },
        credits: { hasCredits: true, unlimited: false, balance: '12' },
      },
    },
  ]
}

function* showPlan(request: ModelRequest, { outputs }: TurnState): Generator<ModelStep> {
  const done = outputs.length
  if (!offers(request, 'update_plan')) {
    yield {
      say: 'I cannot show a plan: this session offers no `update_plan` tool. Newer versions of Codex offer it with `[tools.update_plan]` and `enabled = true` in config.toml.',
    }
  } else if (done <= PLAN.length) {
    if (done > 0) yield { waitMs: LOOK_MS }
    yield {
      plan: PLAN.map((step, index): PlanEntry => ({ step, status: statusOf(index, done) })),
      explanation: 'To have a plan to look at.',
    }
  } else yield { say: `That was a plan of ${String(PLAN.length)} steps, and all of them are ticked off.` }
}

function statusOf(index: number, done: number): NonNullable<PlanEntry['status']> {
  return index < done ? 'completed' : index === done ? 'in_progress' : 'pending'
}

function* thinkAloud(): Generator<ModelStep> {
  yield {
    think: [
      '**Reading the message**\n\nThe person wants to see what thinking looks like.',
      '**Weighing the ways**\n\nI could think for long or for short. I am a script, so I do neither.',
      '**Deciding**\n\nA short answer will do.',
    ],
    raw: 'These are raw thoughts, which few clients show.',
    deltaMs: DELTA_MS,
  }
  yield { say: `That was thinking in three parts. ${OFFLINE}`, deltaMs: DELTA_MS }
}

function* changeFiles({ outputs }: TurnState): Generator<ModelStep> {
  const newest = outputs.at(-1)?.text
  const next = PATCHES[outputs.length]
  if (newest !== undefined && !newest.includes('Success.')) {
    yield { say: `The files were not changed:${outputBlock(newest)}` }
  } else if (next === undefined) {
    yield { say: `I have added two files in \`${FOLDER}\`, changed and moved one, and deleted the other.` }
  } else yield { patch: next }
}

function* letAgentsWork({ outputs }: TurnState): Generator<ModelStep> {
  const newest = outputs.at(-1)?.text ?? ''
  switch (outputs.length) {
    case 0:
      yield { say: 'I ask two sub-agents to work for me.', phase: 'commentary' }
      yield { agent: 'spawn', name: 'runner', message: 'run: echo hello from a sub-agent' }
      yield { agent: 'spawn', name: 'thinker', message: 'think' }
      return
    case 2:
      if (outputs.some(({ text }) => /agent_id|task_name/.test(text))) yield { agent: 'wait' }
      else yield { say: `No sub-agent could be spawned:${outputBlock(newest)}` }
      return
    default:
      yield { say: `The sub-agents have been at work. The last word about them:${outputBlock(newest)}` }
  }
}

function* askPerson(request: ModelRequest, { outputs }: TurnState): Generator<ModelStep> {
  const answer = outputs.at(-1)?.text
  if (answer !== undefined) {
    yield {
      say: answer.startsWith('{')
        ? `Thank you. You answered:${outputBlock(answer)}`
        : `I was not allowed to ask: ${clip(answer, 200)}. Codex lets a model ask in plan mode, and in the default mode with the feature \`default_mode_request_user_input\`.`,
    }
  } else if (offers(request, 'request_user_input'))
    yield { call: 'request_user_input', arguments: { questions: [QUESTION] } }
  else yield { say: 'I cannot ask: this session offers no `request_user_input` tool.' }
}

function* reportUsage(): Generator<ModelStep> {
  yield { usage: { inputTokens: 123_456, cachedTokens: 100_000, outputTokens: 2345, reasoningTokens: 1000 } }
  yield {
    say: 'I report 123,456 tokens read (100,000 of them from a cache) and 2,345 written (1,000 of them thoughts). 42 % of the short limit and 7 % of the long one are used. None of it is real.',
  }
}

function* lookAtImages(request: ModelRequest, { outputs }: TurnState): Generator<ModelStep> {
  const images = inputImages(request)
  const list = images
    .map(
      ({ url, detail, path }) =>
        `- ${/^data:([^;,]+)/.exec(url)?.[1] ?? 'a link'}, ${String(url.length)} characters${detail === undefined ? '' : `, detail ${detail}`}${path === undefined ? '' : `, from \`${path}\``}`,
    )
    .join('\n')
  if (images.length > 0) {
    yield {
      say: `This conversation holds ${String(images.length)} ${images.length === 1 ? 'image' : 'images'}:\n\n${list}`,
    }
  } else if (outputs.length === 0) {
    yield { say: 'You sent no image, so I make one and look at it.', phase: 'commentary' }
    yield command(`echo ${PNG} | base64 -d > ${PICTURE}`)
  } else if (outputs.length === 1) yield { call: 'view_image', arguments: { path: PICTURE } }
  else yield { say: `I could not look at my own image:${outputBlock(outputs.at(-1)?.text ?? '')}` }
}

function command(cmd: string): ModelStep {
  return { call: 'exec_command', arguments: { cmd, yield_time_ms: 10_000 } }
}
