import { mkdir, readFile, readlink, realpath, stat, symlink } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import type { Command, ConversationState, Grant } from '@x/agents/conversation'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../src/session/session.ts'
import { callingModel, runCommand } from './calling-model.ts'
import { lastUserText, toolOutputs, type ScriptedModel } from '@x/responses'
import { openWorkshop, until, type Workshop } from './workshop.ts'

/** Does what the message says; told of a grant, it does what was refused once more. */
function obedientModel(): ScriptedModel {
  const calling = callingModel()
  return {
    respond(request, context) {
      const text = lastUserText(request)
      const again = /Try this again:\n\n([\s\S]+)$/.exec(text)?.[1]
      if (again === undefined || toolOutputs(request).length > 0) return calling.respond(request, context)
      return [{ call: 'exec_command', arguments: { cmd: again, yield_time_ms: 20_000 } }]
    },
  }
}

/** A command that takes Codex long to start, as on a busy machine, does get an item, and has failed. */
const REFUSED: unknown = expect.stringMatching(/^(refused|failed)$/)

const commands = ({ turns }: ConversationState): Command[] =>
  turns.flatMap(({ items }) => items.flatMap((item) => (item.type === 'command' ? [item] : [])))

const exists = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined)) !== undefined

describe.each(CODEX_VERSIONS)('what the sandbox of Codex %s refuses', (version) => {
  let workshop: Workshop
  let session: Session
  let server: Server
  let port: number
  let reached = 0

  beforeAll(async () => {
    workshop = await openWorkshop(version, { model: obedientModel() })
    session = await workshop.open({ taskId: 'refused', approvals: 'never' })
    server = createServer((socket) => {
      reached += 1
      socket.end('hello\n')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    port = (server.address() as { port: number }).port
    await session.ready
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    await workshop[Symbol.asyncDispose]()
  })

  const place = async (name: string): Promise<string> => {
    const directory = path.join(workshop.root, name)
    await mkdir(directory)
    return directory
  }

  const refusedFor = (cmd: string): Promise<Command> =>
    until(session.conversation, (state) =>
      commands(state).find(({ command, refusal }) => command === cmd && refusal?.grant !== undefined),
    )

  test('is shown in its turn, granted, tried again, and the place beside it stays closed', async () => {
    const { conversation } = session
    const outside = await place('outside')
    const beside = await place('beside')
    const cmd = `touch ${outside}/made`
    const began = performance.now()
    await runCommand(session, cmd)
    const refused = await refusedFor(cmd)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(refused).toMatchObject({
      status: REFUSED,
      exitCode: 1,
      refusal: { denied: 'write', path: `${outside}/made`, grant: { path: outside, mode: 'write' } },
    })
    const turn = conversation.state.turns.find(({ items }) => items.some(({ id }) => id === refused.id))
    // Codex tells nothing of it: what it said meanwhile may stand before it, until the next attach.
    expect(turn?.items.map(({ type }) => type).toSorted()).toEqual([
      'agent-message',
      'command',
      'user-message',
    ])
    expect(await exists(`${outside}/made`)).toBe(false)

    const handle = await conversation.grant(refused.id, { path: outside, mode: 'write' })
    expect(await handle.result).toMatchObject({ status: 'completed' })
    expect(await exists(`${outside}/made`)).toBe(true)
    // 0.142.5 tells the end of a command after that of its turn, now and then.
    await until(conversation, (state) =>
      commands(state).some(({ command, exitCode }) => command === cmd && exitCode === 0),
    )

    await runCommand(session, `touch ${beside}/made`)
    expect(await refusedFor(`touch ${beside}/made`)).toMatchObject({ status: REFUSED })
    expect(await exists(`${beside}/made`)).toBe(false)
  })

  test('is told of a command that ran for a while and then came up against it', async () => {
    const slow = await place('slow')
    const cmd = `sleep 1; touch ${slow}/late`
    await runCommand(session, cmd)
    expect(await refusedFor(cmd)).toMatchObject({ status: 'failed', refusal: { grant: { path: slow } } })
  })

  test('is never a command that ran', async () => {
    const harmless = [
      'false',
      'ls /nonexistent',
      'echo Read-only file system; false',
      "echo 'Permission denied'; exit 3",
      `touch ${workshop.root}/no || echo done`,
    ]
    for (const cmd of harmless) await runCommand(session, cmd)
    for (const cmd of harmless) {
      const shown = await until(session.conversation, (state) =>
        commands(state).find(({ command, phase }) => command === cmd && phase === 'done'),
      )
      expect(shown, cmd).toMatchObject({ status: cmd.endsWith('done') ? 'completed' : 'failed' })
      expect(shown.refusal, cmd).toBeUndefined()
    }
  })

  test('is not granted where it may never be', async () => {
    const { conversation } = session
    const { home } = workshop.host.facts
    const task = path.join(workshop.stateDir, 'tasks', 'refused')
    const door = path.join(workshop.root, 'door')
    await symlink(workshop.stateDir, door)
    const outside = await place('wanted')
    const cmd = `touch ${outside}/made`
    await runCommand(session, cmd)
    const { id } = await refusedFor(cmd)
    const forbidden: Grant[] = [
      ...['/', '/etc', '/usr/local', '/tmp', home, workshop.root, workshop.stateDir, door].map(
        (at) => ({ path: at, mode: 'write' }) as const,
      ),
      { path: path.join(task, 'home', '.codex'), mode: 'read' },
      { path: path.join(home, '.ssh'), mode: 'read' },
      { path: path.join(home, '.codex'), mode: 'read' },
      { path: path.dirname(path.dirname(codexBinary(version))), mode: 'write' },
      { path: `${outside}/*`, mode: 'write' },
      { path: 'wanted', mode: 'write' },
      { path: `${outside}/../beside`, mode: 'write' },
      { path: `${outside}/nothing`, mode: 'write' },
      { path: outside, mode: 'read' },
      { network: true },
    ]
    for (const grant of forbidden) {
      await expect(conversation.grant(id, grant), JSON.stringify(grant)).rejects.toMatchObject({
        code: 'not-grantable',
      })
    }
    await expect(conversation.grant('nothing', { network: true })).rejects.toMatchObject({
      code: 'not-grantable',
    })
    const config = await readFile(path.join(task, 'home', '.codex', 'config.toml'), 'utf8')
    expect(config).not.toContain('"/"')
    expect(config).not.toContain(`"${outside}"`)
    await runCommand(session, `echo x > ${task}/run/launch.json`)
    expect(commands(conversation.state).at(-1)?.refusal?.grant).toBeUndefined()
  })

  test('is granted in a turn that runs, for the next one', async () => {
    const { conversation } = session
    const later = await place('later')
    const cmd = `touch ${later}/made`
    await runCommand(session, cmd)
    const { id } = await refusedFor(cmd)
    const running = conversation.send(
      JSON.stringify([{ call: 'exec_command', arguments: { cmd: 'sleep 3', yield_time_ms: 20_000 } }]),
    )
    await running.turnId
    const handle = await conversation.grant(id, { path: later, mode: 'write' })
    expect(await handle.result).toMatchObject({ status: 'completed' })
    expect(await handle.turnId).not.toBe(await running.turnId)
    expect(await exists(`${later}/made`)).toBe(true)
  })

  test('the network is granted, and the socket of the session stays out of reach', async () => {
    const { conversation } = session
    const reach = `${process.execPath} -e "require('net').connect(${String(port)},'127.0.0.1').on('data',(d)=>console.log(String(d))).on('error',(e)=>{console.log(e.message);process.exit(1)})"`
    await runCommand(session, reach)
    const refused = await refusedFor(reach)
    expect(refused).toMatchObject({ refusal: { denied: 'network', grant: { network: true } } })
    expect(reached).toBe(0)
    const handle = await conversation.grant(refused.id, { network: true })
    expect(await handle.result).toMatchObject({ status: 'completed' })
    expect(reached).toBe(1)

    const { socket } = { socket: path.join(workshop.stateDir, 's') }
    const [name = ''] = (await workshop.host.files.list(socket)).filter((one) => one.endsWith('.sock'))
    const link = path.join(socket, name)
    const said = await runCommand(
      session,
      `${process.execPath} -e "for (const path of process.argv.slice(1)) require('net').connect(path).on('connect',()=>console.log('CONNECTED')).on('error',(e)=>console.log('refused',e.code))" ${link} ${await realpath(link)}; ls ${workshop.stateDir}/s ${path.dirname(await realpath(link))}; cat ${workshop.stateDir}/tasks/refused/home/.codex/config.toml`,
    )
    expect(said).toMatch(/refused/)
    expect(said).not.toMatch(/CONNECTED|default_permissions/)
  })

  test('is open from the start where that was asked for', async () => {
    const given = await place('given')
    const options = { taskId: 'given', approvals: 'never' } as const
    await expect(
      workshop.open({ ...options, grants: [{ path: workshop.stateDir, mode: 'write' }] }),
    ).rejects.toMatchObject({ name: 'ConfigError', field: 'grants' })
    const opened = await workshop.open({
      ...options,
      grants: [{ path: given, mode: 'write' }],
      network: true,
    })
    await opened.ready
    await runCommand(opened, `touch ${given}/made; touch ${given}-not/made; touch ${workshop.root}/made`)
    expect(await exists(`${given}/made`)).toBe(true)
    expect(await exists(`${workshop.root}/made`)).toBe(false)
    const said = await runCommand(opened, 'readlink /proc/self/ns/net')
    expect(said).toContain(await readlink('/proc/self/ns/net'))
    await opened.close()
  })

  test('and what was granted, and what was refused, are there after a re-attach and after a new start', async () => {
    const { conversation } = session
    const before = commands(conversation.state).map(({ id, status, refusal }) => ({ id, status, refusal }))
    const outside = path.join(workshop.root, 'outside')
    await session.detach()
    const attached = await workshop.attach('refused')
    await attached.ready
    const refused = before.filter(({ refusal }) => refusal !== undefined)
    const known = new Map(commands(attached.conversation.state).map((command) => [command.id, command]))
    expect(refused.length).toBeGreaterThan(3)
    for (const { id, refusal } of refused) {
      expect(known.get(id)).toMatchObject({
        status: REFUSED,
        refusal: { denied: refusal?.denied, ...(refusal?.path !== undefined && { path: refusal.path }) },
      })
    }
    for (const { id, status } of before.filter((one) => one.status === 'completed'))
      expect(known.get(id)).toMatchObject({ status })
    await runCommand(attached, `touch ${outside}/again`)
    expect(await exists(`${outside}/again`)).toBe(true)
    await attached.close()

    const resumed = await workshop.attach('refused')
    await resumed.ready
    await runCommand(resumed, `touch ${outside}/resumed; touch ${path.join(workshop.root, 'beside')}/resumed`)
    expect(await exists(`${outside}/resumed`)).toBe(true)
    expect(await exists(path.join(workshop.root, 'beside', 'resumed'))).toBe(false)
    await resumed.close()
  })
})
