import type { Transcript } from '@x/codex-appserver/testing'
import type { CodexVersion, TranscriptName } from '../names.ts'
import { SCENARIOS } from '../scenarios/scenarios.ts'
import { Cues } from './cues.ts'
import { openStage } from './stage.ts'

/** Longer than any scenario takes; then the recording failed. */
const LIMIT_MS = 60_000

/** Runs the scenario of that name with the real binary and returns what was said. */
export async function recordScenario(version: CodexVersion, name: TranscriptName): Promise<Transcript> {
  const scenario = SCENARIOS[name]
  const { about, model, config } = scenario
  const cues = new Cues()
  const stage = await openStage({
    version,
    ...(model ? { model: model(cues) } : {}),
    ...config?.(version),
  })
  try {
    await withinTime(scenario.run(stage, cues), () => JSON.stringify(stage.steps().slice(-5), undefined, 1))
  } finally {
    await stage[Symbol.asyncDispose]()
  }
  // Read after the end, so that the clients' leaving is part of it.
  return { header: { transcript: 1, name, codex: version, about }, steps: stage.steps() }
}

async function withinTime(work: Promise<void>, lastSteps: () => string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not done after ${LIMIT_MS} ms; the last steps: ${lastSteps()}`))
    }, LIMIT_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
