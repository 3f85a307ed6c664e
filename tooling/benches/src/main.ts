import { BENCHES } from './benches.ts'
import { parseArguments, USAGE, type Arguments } from './parse-arguments.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const asked = parseArguments(
    process.argv.slice(2),
    BENCHES.map((bench) => bench.name),
  )
  switch (asked.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'list':
      for (const { name, sentence } of BENCHES) process.stdout.write(`${name}  ${sentence}\n`)
      return 0
    case 'wrong':
      say(`bench: ${asked.reason}\n${USAGE}`)
      return 2
    case 'run':
      return run(asked)
  }
}

async function run(asked: Extract<Arguments, { kind: 'run' }>): Promise<number> {
  const bench = BENCHES.find((one) => one.name === asked.name)
  if (!bench) return 2
  const measures = await bench.run({ n: asked.n ?? bench.n, codex: asked.codex, say })
  process.stdout.write(`${JSON.stringify({ bench: bench.name, measures })}\n`)
  return asked.strict && measures.some((measure) => measure.met === false) ? 1 : 0
}

process.exitCode = await main()
