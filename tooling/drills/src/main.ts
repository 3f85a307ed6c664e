import { randomInt } from 'node:crypto'
import { DRILLS } from './drills.ts'
import type { Drill, Losses } from './drill.ts'
import { CODEX_VERSIONS, parseArguments, USAGE, type Arguments } from './parse-arguments.ts'

type Run = Extract<Arguments, { kind: 'run' }>

const say = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const asked = parseArguments(
    process.argv.slice(2),
    DRILLS.map((drill) => drill.name),
  )
  switch (asked.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'list':
      for (const { name, sentence } of DRILLS) process.stdout.write(`${name}  ${sentence}\n`)
      return 0
    case 'wrong':
      say(`drill: ${asked.reason}\n${USAGE}`)
      return 2
    case 'run':
      return runAll(asked)
  }
}

async function runAll(asked: Run): Promise<number> {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Error(`interrupted by ${name}`)))
  let failed = false
  for (const drill of DRILLS) {
    if (asked.name !== undefined && asked.name !== drill.name) continue
    if (!(await runOne(drill, asked, stopping.signal))) failed = true
    if (stopping.signal.aborted) return 130
  }
  return failed ? 1 : 0
}

/** @returns whether nothing was lost */
async function runOne(drill: Drill, asked: Run, signal: AbortSignal): Promise<boolean> {
  const seed = asked.seed ?? randomInt(2 ** 31)
  const codex = asked.codex ?? CODEX_VERSIONS[CODEX_VERSIONS.length - 1] ?? '0.169.0'
  const runs = asked.runs ?? (asked.quick ? drill.quickRuns : drill.runs)
  process.stdout.write(`${drill.name}: seed ${seed}\n`)
  let losses: Losses & { readonly failed?: number }
  try {
    losses = await drill.run({ runs, seed, codex, sabotage: asked.sabotage, say, signal })
  } catch (error) {
    say(error instanceof Error ? String(error.stack) : String(error))
    // What can't be told is not a pass.
    losses = { lost: 0, repeated: 0, orphans: 0, failed: 1 }
  }
  process.stdout.write(`${JSON.stringify({ drill: drill.name, runs, ...losses, seed, codex })}\n`)
  return Object.values(losses).every((count) => count === 0)
}

process.exitCode = await main()
