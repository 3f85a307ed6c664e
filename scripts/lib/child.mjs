import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Interrupted } from './failure.mjs'
import { descendantsOf, killRemaining } from './processes.mjs'

/** How much of a quiet child's output is kept for the case that it fails. */
const KEPT_CHARACTERS = 64_000
/** How long a child may take to end after it was asked to, before everything below it is killed. */
const END_MS = 5_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs `command` to its end. Quiet: its output is kept and returned. Otherwise it goes to our stderr, because stdout
 * belongs to what is started in the end; `onStdout` takes stdout instead.
 * Resolves with `{ code, signal, output }`; a command that cannot be started resolves with code 127.
 * A signal to this process ends the child and all below it first, then rejects with `Interrupted`. One that takes
 * longer than `limitMs` is ended in the same way, and resolves with code 124.
 */
export async function run(command, args, { cwd, env, quiet = false, onStdout, limitMs } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', onStdout ? 'pipe' : 2, 2]
  const child = spawn(command, args, { cwd, env, stdio })
  let output = ''
  const keep = (chunk) => {
    output = (output + chunk).slice(-KEPT_CHARACTERS)
  }
  if (quiet) child.stderr.setEncoding('utf8').on('data', keep)
  child.stdout?.setEncoding('utf8').on('data', onStdout ?? keep)
  const ended = await untilEnd(child, limitMs)
  return { ...ended, output: ended.message ?? output }
}

async function untilEnd(child, limitMs) {
  let interruption
  let isLate = false
  const onSignal = (signal) => {
    if (interruption !== undefined) return
    interruption = new Interrupted(signal)
    void endTree(child)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  const late = () => {
    isLate = true
    void endTree(child)
  }
  const limit = limitMs === undefined ? undefined : setTimeout(late, limitMs)
  try {
    // `close` rather than `exit`: the last lines of a failing command say why.
    const [code, signal] = await once(child, 'close')
    if (interruption !== undefined) throw interruption
    if (isLate) return { code: 124, signal: null, message: `not done after ${limitMs / 60_000} minutes` }
    return { code, signal }
  } catch (error) {
    if (error === interruption) throw error
    return { code: 127, signal: null, message: `${child.spawnfile}: ${error.message}` }
  } finally {
    clearTimeout(limit)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

async function endTree(child) {
  const below = descendantsOf(child.pid)
  // A Ctrl-C in a terminal has reached the child already; a TERM after it asks for nothing that is not under way.
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  clearTimeout(timer)
  // Whoever outlived its parent is an orphan now, and may hold the pipes on which `close` waits.
  killRemaining(below)
  child.stdout?.destroy()
  child.stderr?.destroy()
}
