import { emptyConversation, Feed, type Command } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import type { RolloutEntry } from '../../src/conversation/parse-rollout.ts'
import { Refusals } from '../../src/conversation/refusals.ts'

const DENIED = "touch: cannot touch '/outside/a': Read-only file system\n"
const answer = (output: string, code = 1): string =>
  `Process exited with code ${String(code)}\nOutput:\n${output}`

/** A turn that runs, and a rollout that is written by hand. */
function setUp() {
  const feed = new Feed(emptyConversation('thread', '/work'))
  const written: RolloutEntry[] = []
  let looks = 0
  const publish = (event: Parameters<Feed['publish']>[0]): void => {
    feed.publish(event)
    refusals.seen(event)
  }
  const refusals: Refusals = new Refusals({
    feed,
    publish,
    boundaries: () => ({ hidden: [], open: ['/work'], network: false }),
    describe: (refusal) => Promise.resolve({ ...refusal, grant: { path: '/outside', mode: 'write' } }),
  })
  refusals.hydrated({ read: () => Promise.resolve(((looks += 1), written.splice(0))) }, [
    { type: 'turn-began', turnId: 't' },
    { type: 'turn-context', cwd: '/work' },
  ])
  publish({ type: 'turn-started', turn: { id: 't', status: 'in-progress', items: [] } })
  const call = (output: string, code?: number): void => {
    written.push({ type: 'call', callId: 'c', name: 'exec_command', arguments: { cmd: 'touch /outside/a' } })
    written.push({ type: 'call-answered', callId: 'c', output: answer(output, code) })
  }
  const complete = (output: string, status: Command['status'] = 'failed', exitCode = 1): void =>
    publish({
      type: 'item-completed',
      turnId: 't',
      item: {
        type: 'command',
        id: 'c',
        phase: 'done',
        command: 'touch /outside/a',
        cwd: '/work',
        status,
        output,
        outputDropped: 0,
        exitCode,
      },
    })
  const until = async (holds: (item: Command) => boolean): Promise<Command> => {
    for (;;) {
      const item = feed.state.turns[0]?.items.find((one) => one.type === 'command')
      if (item?.type === 'command' && holds(item)) return item
      await feed.changed()
    }
  }
  return { refusals, call, complete, until, looks: () => looks }
}

describe('Refusals', () => {
  test('shows a command that has no item, at once, and then what may be granted', async () => {
    const { refusals, call, until } = setUp()
    call(DENIED)
    refusals.look()
    expect(await until(() => true)).toMatchObject({
      status: 'refused',
      command: 'touch /outside/a',
      cwd: '/work',
      output: DENIED,
      exitCode: 1,
      refusal: { denied: 'write', path: '/outside/a' },
    })
    expect(await until(({ refusal }) => refusal?.grant !== undefined)).toMatchObject({ status: 'refused' })
  })

  test('is put right by an item that comes late: it did run', async () => {
    const { refusals, call, complete, until } = setUp()
    call(DENIED)
    refusals.look()
    await until(({ refusal }) => refusal?.grant !== undefined)
    complete(DENIED)
    expect(
      await until(({ status, refusal }) => status === 'failed' && refusal?.grant !== undefined),
    ).toMatchObject({
      refusal: { denied: 'write' },
    })
  })

  test('tells an item why it failed', async () => {
    const { complete, until } = setUp()
    complete(DENIED)
    expect(await until(({ refusal }) => refusal !== undefined)).toMatchObject({
      status: 'failed',
      refusal: { path: '/outside/a', grant: { path: '/outside' } },
    })
  })

  test('fills in the output that an item lacks, whichever comes first', async () => {
    const first = setUp()
    first.call('one\n', 0)
    first.complete('', 'completed', 0)
    first.refusals.look()
    expect(await first.until(({ output }) => output !== '')).toMatchObject({
      output: 'one\n',
      status: 'completed',
    })

    const second = setUp()
    second.call('one\n', 0)
    second.refusals.look()
    while (second.looks() < 1) await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    second.complete('', 'completed', 0)
    expect(await second.until(({ output }) => output !== '')).toMatchObject({ output: 'one\n' })
  })

  test('shows what failed without an item and without the sandbox as what it is', async () => {
    const { refusals, call, until } = setUp()
    call('Permission denied\n', 126)
    refusals.look()
    const item = await until(() => true)
    expect(item).toMatchObject({ status: 'failed', exitCode: 126 })
    expect(item.refusal).toBeUndefined()
  })
})
