import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, accessSync, constants, mkdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FOLLOW_FILE, FOLLOW_PROGRAMS } from '../../src/ssh/ssh-tail-programs.ts'

let directory: string
beforeAll(async () => (directory = await mkdtemp(path.join(tmpdir(), 'x-follow-'))))
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Follows a file where nothing but these programs is found. */
class Following implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams
  said = ''
  private look = (): void => undefined

  constructor(programs: readonly string[], file: string, { follow = 'yes', from = '0' } = {}) {
    const bin = path.join(directory, `bin-${programs.join('-')}`)
    mkdirSync(bin, { recursive: true })
    for (const program of programs) {
      const link = path.join(bin, program)
      if (!isThere(link)) symlinkSync(find(program), link)
    }
    const args = ['-c', FOLLOW_FILE, 'sh', file, follow, from, ...FOLLOW_PROGRAMS]
    this.child = spawn('/bin/sh', args, { env: { PATH: bin }, stdio: 'pipe' })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.said += text
      this.look()
    })
  }

  /** Resolves when it has said this last. */
  async says(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.look = () => {
        if (this.said.endsWith(text)) resolve()
      }
      this.look()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = this.child.exitCode === null ? once(this.child, 'exit') : undefined
    this.child.stdin.end()
    await exited
  }
}

function find(program: string): string {
  const python = program === 'python3' ? realPython() : undefined
  if (python !== undefined) return python
  const places = (process.env['PATH'] ?? '').split(':').map((place) => path.join(place, program))
  const found = places.find(isThere)
  if (found === undefined) throw new Error(`no ${program} here`)
  return found
}

/** What stands in the search path may be a script that looks for one. Not every machine has it. */
function realPython(): string | undefined {
  const found = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : undefined
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const PROGRAMS = ['perl', ...(realPython() === undefined ? [] : ['python3'])]

describe.each(PROGRAMS)('%s on the worker', (program) => {
  const fresh = (name: string): string => path.join(directory, `${program}-${name}`)

  test('tells what is there, what comes, and what takes its place', async () => {
    const file = fresh('log')
    await using following = new Following([program], file)
    await following.says('tells\n')
    await writeFile(file, 'one\n')
    await following.says('tells\nat 0\ndata 4\none\n')
    appendFileSync(file, 'two')
    await following.says('\ndata 3\ntwo')
    await writeFile(file, `longer than before ${'x'.repeat(200)}\n`)
    await following.says('x\n')
    expect(following.said).toContain('tworestart\ndata 220\nlonger')
    await rename(file, `${file}.1`)
    appendFileSync(`${file}.1`, 'late\n')
    await following.says('data 5\nlate\n')
    await writeFile(file, 'new\n')
    await following.says('late\nrestart\ndata 4\nnew\n')
  })

  test('begins anywhere, and anew where that lies beyond the end', async () => {
    const file = fresh('begun')
    await writeFile(file, 'one\ntwo\n')
    await using middle = new Following([program], file, { from: '4' })
    await middle.says('at 4\ndata 4\ntwo\n')
    await using end = new Following([program], file, { from: 'end' })
    await end.says('at 8\n')
    await using beyond = new Following([program], file, { from: '100' })
    await beyond.says('at 100\nrestart\ndata 8\none\ntwo\n')
    appendFileSync(file, 'three\n')
    await Promise.all([middle, end, beyond].map((one) => one.says('data 6\nthree\n')))
  })

  test('refuses what is no file, and a link when it must', async () => {
    const file = fresh('real')
    await writeFile(file, 'one\n')
    await symlink(file, fresh('link'))
    const refused = [
      new Following([program], directory),
      new Following([program], fresh('link'), { follow: 'no' }),
    ]
    for (const one of refused) {
      await using following = one
      await following.says('tells\nirregular\n')
    }
    await using followed = new Following([program], fresh('link'))
    await followed.says('data 4\none\n')
  })

  test('is told by the kernel, not by looking now and then', async () => {
    const file = fresh('told')
    await writeFile(file, '')
    await using following = new Following([program], file)
    await following.says('at 0\n')
    const took: number[] = []
    for (let n = 100; n < 200; n += 1) {
      const before = performance.now()
      appendFileSync(file, `${n}\n`)
      await following.says(`data 4\n${n}\n`)
      took.push(performance.now() - before)
    }
    // Each look comes 50 ms after the last; what a busy machine delays says nothing.
    expect(took.sort((one, other) => one - other)[10]).toBeLessThan(40)
  })

  test('ends with its input', async () => {
    const following = new Following([program], fresh('missing'))
    await following.says('tells\n')
    const exited = once(following.child, 'exit')
    following.child.stdin.end()
    expect(await exited).toEqual([0, null])
  })
})

test('a worker without the means has a shell that answers', async () => {
  await using following = new Following([], path.join(directory, 'log'))
  await following.says('answers\n')
})
