import { openLocalHost } from '@x/host'

// Starts programs, says their numbers, and waits to be killed. Its argument: the programs and their environment.
interface Given {
  readonly programs: readonly (readonly string[])[]
  readonly env: Readonly<Record<string, string>>
}

const { programs, env } = JSON.parse(process.argv[2] ?? '') as Given
const host = await openLocalHost()
const pids: number[] = []
for (const argv of programs) pids.push((await host.spawn(argv, { env })).pid)
process.stdout.write(`${JSON.stringify(pids)}\n`)
process.stdin.resume()
