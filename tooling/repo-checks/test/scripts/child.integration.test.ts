import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expectNoLeaks, findLeaks } from '@x/vitest/leak-guard'
import { describe, expect, test } from 'vitest'
import { run } from '../../../../scripts/lib/child.mjs'
import { ROOT } from '../../src/workspace.ts'

const CHILD = path.join(ROOT, 'scripts/lib/child.mjs')
const FAILURE = path.join(ROOT, 'scripts/lib/failure.mjs')

describe('a command', () => {
  test('hands back its status and its last words', async () => {
    const result = await run('sh', ['-c', 'echo one; echo two >&2; exit 3'], { quiet: true })
    expect(result).toMatchObject({ code: 3, signal: null })
    expect(result.output).toMatch(/one\n|two\n/)
  })

  test('that cannot be started is status 127 with the reason', async () => {
    const result = await run('no-such-command', [], { quiet: true })
    expect(result.code).toBe(127)
    expect(result.output).toContain('ENOENT')
  })

  test('keeps the end of a long output', async () => {
    const result = await run('sh', ['-c', 'yes | head -c 300000; echo end'], { quiet: true })
    expect(result.output.length).toBeLessThanOrEqual(64_000)
    expect(result.output).toMatch(/end\n$/)
  })
})

describe('a signal', () => {
  // A grandchild that ignores TERM and holds the pipes is the worst that a tool leaves behind.
  const stubborn = `(trap '' TERM; echo up; sleep 63; sleep 63) & wait`
  const script = `
    import { run } from '${CHILD}'
    import { reportAndExit } from '${FAILURE}'
    await run('sh', ['-c', ${JSON.stringify(stubborn)}], { onStdout: (text) => process.stdout.write(text) }).catch(reportAndExit)`

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends everything below and then us with %i', async (signal, status) => {
    // Orphans are nobody's children any more; they are found by where they work.
    const cwd = mkdtempSync(path.join(tmpdir(), 'child-'))
    const args = ['--input-type=module', '--eval', script]
    const ours = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
    await once(ours.stdout, 'data')
    expect((await findLeaks()).join('\n')).toContain('sleep 63')
    ours.kill(signal)
    const [code] = (await once(ours, 'exit')) as [number]
    expect(code).toBe(status)
    await expectNoLeaks({ within: cwd })
    rmSync(cwd, { recursive: true })
  })
})
