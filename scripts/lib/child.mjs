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
 * A signal to this process ends the child and all below it first, then rejects with `Interrupted`.
 */
export async function run(command, args, { cwd, env, quiet = false, onStdout } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', onStdout ? 'pipe' : 2, 2]
  const child = spawn(command, args, { cwd, env, stdio })
  let output = ''
  const keep = (chunk) => {
    output = (output + chunk).slice(-KEPT_CHARACTERS)
  }
  if (quiet) child.stderr.setEncoding('utf8').on('data', keep)
  child.stdout?.setEncoding('utf8').on('data', onStdout ?? keep)
  const ended = await untilEnd(child)
  return { ...ended, output: ended.message ?? output }
}

async function untilEnd(child) {
  let interruption
  const onSignal = (signal) => {
    if (interruption !== undefined) return
    interruption = new Interrupted(signal)
    void endTree(child)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    // `close` rather than `exit`: the last lines of a failing command say why.
    const [code, signal] = await once(child, 'close')
    if (interruption !== undefined) throw interruption
    return { code, signal }
  } catch (error) {
    if (error === interruption) throw error
    return { code: 127, signal: null, message: `${child.spawnfile}: ${error.message}` }
  } finally {
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
