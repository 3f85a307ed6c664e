import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, symlinkSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RELAY, RELAY_PROGRAMS } from '../../src/ssh/ssh-connect-relay.ts'

let directory: string
let server: Server

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'x-relay-'))
  // Answers when its peer has ended, so that the end of one side must be passed on without the other's.
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const seen = [Buffer.from('got ')]
    socket.on('data', (chunk) => seen.push(chunk))
    socket.on('end', () => socket.end(Buffer.concat(seen)))
  })
  server.listen(path.join(directory, 's.sock'))
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await rm(directory, { recursive: true, force: true })
})

/** Runs the relay where nothing but these programs is found. */
async function relay(programs: readonly string[], socket: string, input: Buffer) {
  const bin = path.join(directory, `bin-${programs.join('-')}-${path.basename(socket)}`)
  await mkdir(bin)
  for (const program of ['grep', ...programs]) symlinkSync(find(program), path.join(bin, program))
  const args = ['-c', RELAY, 'sh', socket, ...RELAY_PROGRAMS]
  const child = spawn('/bin/sh', args, { env: { PATH: bin }, stdio: 'pipe' })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const exited = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
  await exited
  return { stdout, stderr: stderr.toString(), exitCode: child.exitCode }
}

function find(program: string): string {
  const places = (process.env['PATH'] ?? '').split(':').map((place) => path.join(place, program))
  const python = program === 'python3' ? realPython() : undefined
  if (python !== undefined) return python
  const found = [process.execPath, ...places].find((place) => path.basename(place) === program && runs(place))
  if (found === undefined) throw new Error(`no ${program} here`)
  return found
}

/** What stands in the search path may be a script that looks for one. Not every machine has it. */
function realPython(): string | undefined {
  const found = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : undefined
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const PROGRAMS = ['perl', 'node', ...(realPython() === undefined ? [] : ['python3'])]

test.each(PROGRAMS)('%s carries a stream, and the end of each side by itself', async (program) => {
  const input = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 256))
  const { stdout } = await relay([program], path.join(directory, 's.sock'), input)
  expect(stdout.subarray(0, 7).toString('latin1')).toBe('ok\0got ')
  expect(stdout.subarray(7).equals(input)).toBe(true)
})

test.each(PROGRAMS)('%s says why nobody is there', async (program) => {
  const dead = path.join(directory, `dead-${program}.sock`)
  const other = spawn('perl', ['-MSocket', '-e', BIND, dead])
  await once(other, 'exit')
  const refused = await relay([program], dead, Buffer.from('x'))
  expect(refused).toMatchObject({ exitCode: expect.any(Number) as number, stdout: Buffer.alloc(0) })
  expect(refused.stderr).toMatch(/connect: .*REFUSED|refused/i)
})

/** Leaves a socket at which nobody listens. */
const BIND = 'socket(my $s, PF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un(shift))'

test('what is no socket is refused, and a worker without the means says so', async () => {
  const missing = await relay(['perl'], path.join(directory, 'missing'), Buffer.alloc(0))
  expect(missing.stderr).toBe('connect: No such file or directory\n')
  const none = await relay([], path.join(directory, 's.sock'), Buffer.alloc(0))
  expect(none.stdout.toString()).toBe('missing\0')
})
