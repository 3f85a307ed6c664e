import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openChromium } from '@x/fixtures'
import type { Browser, Page } from 'playwright-core'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { median, rounded, spread } from '../statistics.ts'
import { timeToSight, untilShown } from './on-page.ts'
import { OurSide } from './our-side.ts'
import { DONE, MEBIBYTE, PROMPT, writePrograms, type Programs } from './programs.ts'
import { RawBridge } from './raw-bridge.ts'
import { openSlowLink } from './slow-link.ts'

const FLOOD_MIB = 12
const KEYS = 20
const LINK_BYTES_PER_SECOND = 100_000
const CTRL_C_GOAL_MS = 200
const RATE_GOAL = 0.9
/** What a key may take, by what it takes over the bridge: the same as a rate of 0.9. */
const ECHO_GOAL = 1.11

export const terminal: Bench = {
  name: 'terminal',
  sentence: 'Shows a program in a browser through our server, beside a bridge of PTY and WebSocket by hand.',
  n: 5,
  run: measureTerminals,
}

async function measureTerminals({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-'))
  const programs = await writePrograms(directory, FLOOD_MIB * MEBIBYTE)
  const browser = await openChromium()
  try {
    await using ours = await OurSide.open()
    await using bare = await RawBridge.open({ flowControl: false })
    await using paced = await RawBridge.open({ flowControl: true })
    return [
      await measureRate('plain', { n, say, browser, programs, ours, peer: bare }),
      await measureRate('coloured', { n, say, browser, programs, ours, peer: bare }),
      await measureEcho({ n, say, browser, programs, ours, peer: paced }),
      await measureCtrlC({ n, say, browser, programs, ours }),
    ]
  } finally {
    await browser.close()
    await rm(directory, { recursive: true })
  }
}

interface Stage {
  readonly n: number
  readonly say: (text: string) => void
  readonly browser: Browser
  readonly programs: Programs
  readonly ours: OurSide
  readonly peer: RawBridge
}

/** MiB a second from the key to the frame that shows the last line. */
async function measureRate(
  kind: 'plain' | 'coloured',
  { n, say, browser, programs, ours, peer }: Stage,
): Promise<Measure> {
  const measure = async (page: Page): Promise<number> => {
    const tookMs = await timeToSight(page, 'Enter', { text: DONE })
    await page.close()
    return FLOOD_MIB / (tookMs / 1000)
  }
  const { a, b } = await alternate(
    n,
    async () => measure(await ours.show(browser, programs.flood(kind))),
    async () => measure(await peer.show(browser, programs.flood(kind), ours.size)),
  )
  return compare(say, { name: `rate-${kind}`, unit: 'MiB/s', a, b, goal: { atLeast: RATE_GOAL } })
}

/** Milliseconds from a key to the frame that shows the program's answer, while the program floods. */
async function measureEcho({ n, say, browser, programs, ours, peer }: Stage): Promise<Measure> {
  const measure = async (page: Page): Promise<readonly number[]> => {
    await untilShown(page, 'keys:0;')
    const took: number[] = []
    for (let key = 1; key <= KEYS; key += 1)
      took.push(await timeToSight(page, 'k', { text: `keys:${key};`, inFirstRow: true }))
    await page.close()
    return took.slice(2) // The first begins the flood.
  }
  const { a, b } = await alternate(
    n,
    async () => measure(await ours.show(browser, programs.echo)),
    async () => measure(await peer.show(browser, programs.echo, ours.size)),
  )
  const [one, other] = [percentile95(a.flat()), percentile95(b.flat())]
  say(`echo under flood, ours   ${spread(a.flat(), 'ms')}, p95 ${rounded(one)}`)
  say(`echo under flood, peer   ${spread(b.flat(), 'ms')}, p95 ${rounded(other)}`)
  return {
    name: 'echo-p95',
    ours: rounded(one),
    peer: rounded(other),
    unit: 'ms',
    ratio: rounded(one / other),
    goal: `<= ${ECHO_GOAL}`,
    met: one / other <= ECHO_GOAL,
  }
}

/** Milliseconds from Ctrl-C to the prompt's return over a slow link: while a program floods, and while none does. */
async function measureCtrlC({ n, say, browser, programs, ours }: Omit<Stage, 'peer'>): Promise<Measure> {
  await using _link = await openSlowLink({ port: ours.port, bytesPerSecond: LINK_BYTES_PER_SECOND })
  const page = await ours.show(browser, programs.shell, `http://[::1]:${ours.port}`)
  await untilShown(page, PROMPT)
  const { a, b } = await alternate(
    n,
    async () => {
      await page.keyboard.type('yes "a line of a program that writes without end"\n')
      // Long enough to fill whatever can be filled on the way.
      await page.waitForTimeout(3_000)
      return timeToSight(page, 'Control+c', { text: PROMPT })
    },
    async () => {
      await page.keyboard.type('clear\n')
      await page.waitForTimeout(500)
      return timeToSight(page, 'Control+c', { text: PROMPT, times: 1 })
    },
  )
  await page.close()
  say(`Ctrl-C under flood at 100 kB/s   ${spread(a, 'ms')}`)
  say(`Ctrl-C at an idle prompt         ${spread(b, 'ms')}`)
  const [one, other] = [median(a), median(b)]
  return {
    name: 'ctrl-c-slow-link',
    ours: rounded(one),
    peer: rounded(other),
    unit: 'ms',
    ratio: rounded(one / other),
    goal: `ours <= ${CTRL_C_GOAL_MS} ms`,
    met: one <= CTRL_C_GOAL_MS,
  }
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN
}
