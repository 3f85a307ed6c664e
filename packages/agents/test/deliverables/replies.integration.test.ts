import { createHash } from 'node:crypto'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HandedOver } from '../../src/driver/session-callbacks.ts'
import { openDriverStage, OWNER, type DriverStage } from '../driver/driver-stage.ts'

let stage: DriverStage

beforeAll(async () => {
  stage = await openDriverStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

/** However busy the machine is. */
const PATIENCE_MS = 600_000
const DELIVERABLES = { keywords: true, deliverables: true }

async function bytesOf(deliverable: HandedOver): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of await deliverable.read()) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('each announcement has one reply with its number, whatever becomes of it', async () => {
  const { session, directory, inbox, taskId } = await stage.place()
  const announced = [
    'deliverables/fine.bin',
    'deliverables/improve me.md',
    'deliverables/',
    'secret.txt',
    'deliverables/link',
    'deliverables/missing/none.md',
    'deliverables/huge.bin',
    'deliverables/a directory',
    'deliverables/throws.md',
    'deliverables/fine.bin',
  ]
  const binary = Buffer.from([0, 255, 10, 13, 128])
  const told: [string, string, number][] = []
  const outcome = await session({
    features: DELIVERABLES,
    maxDeliverableBytes: 1_000,
    budgets: { drainMs: PATIENCE_MS, callbackMs: PATIENCE_MS },
    callbacks: {
      async onDeliverable(deliverable) {
        told.push([deliverable.path, deliverable.id, deliverable.version])
        if (deliverable.path === 'fine.bin') expect((await bytesOf(deliverable)).equals(binary)).toBe(true)
        if (deliverable.path === 'fine.bin') return ' OK '
        if (deliverable.path === 'throws.md') throw new Error('our own secret')
        return '  Make it shorter.\nMuch shorter.  '
      },
    },
    body: async () => {
      const at = (name: string): string => path.join(directory, 'deliverables', name)
      await writeFile(path.join(directory, 'secret.txt'), 'secret')
      await mkdir(at('a directory'))
      await symlink('/etc/hostname', at('link'))
      await writeFile(at('fine.bin'), binary)
      await writeFile(at('huge.bin'), '')
      await truncate(at('huge.bin'), 1_001)
      for (const name of ['improve me.md', 'throws.md']) await writeFile(at(name), name)
      const lines = announced.map((name) => `DELIVERABLE: ${name}\n`)
      await writeFile(path.join(directory, 'agent.log'), `${lines.join('')}DONE\n`, { flag: 'a' })
    },
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0 })
  const offsets = announced.map((_, n) =>
    announced.slice(0, n).reduce((sum, name) => sum + name.length + 'DELIVERABLE: \n'.length, 0),
  )
  const replies = inbox.texts
  expect(replies).toHaveLength(announced.length)
  expect(inbox.messages.map(({ clientId }) => clientId)).toEqual(offsets.map((at) => `${outcome.run}.${at}`))
  expect(replies).toEqual([
    `System: deliverable fine.bin (#0): accepted, thank you.`,
    `System: deliverable improve me.md (#${offsets[1]}): Make it shorter.\nSystem: Much shorter.`,
    expect.stringContaining(
      `deliverable deliverables/ (#${offsets[2]}): rejected: this is not the path of a file`,
    ),
    expect.stringContaining(`deliverable secret.txt (#${offsets[3]}): rejected: it does not lie below`),
    expect.stringContaining(`deliverable link (#${offsets[4]}): rejected: it does not lie below`),
    expect.stringContaining(`deliverable missing/none.md (#${offsets[5]}): rejected: there is no such file`),
    expect.stringContaining(`deliverable huge.bin (#${offsets[6]}): rejected: it has more than 1000 bytes`),
    expect.stringContaining(
      `deliverable a directory (#${offsets[7]}): rejected: it could not be read (it is a`,
    ),
    expect.stringContaining(`deliverable throws.md (#${offsets[8]}): it has arrived, but there was trouble`),
    `System: deliverable fine.bin (#${offsets[9]}): accepted, thank you.`,
  ])
  expect(replies.join()).not.toContain('secret"')
  expect(replies.join()).not.toContain('our own')
  const kept = await stage.store.deliverables.list({ owner: OWNER, taskId })
  expect(kept.map(({ path: name, version }) => [name, version])).toEqual([
    ['fine.bin', 1],
    ['improve me.md', 1],
    ['throws.md', 1],
    ['fine.bin', 2],
  ])
  expect(kept[0]?.sha256).toBe(createHash('sha256').update(binary).digest('hex'))
  expect(told).toEqual(kept.map(({ path: name, deliverableId, version }) => [name, deliverableId, version]))
})

test('an agent is told that nobody has answered', async () => {
  const { session, script, inbox } = await stage.place()
  const outcome = await session({
    features: DELIVERABLES,
    budgets: { drainMs: PATIENCE_MS, callbackMs: 20 },
    callbacks: { onDeliverable: () => new Promise(() => undefined) },
    body: script('echo x >deliverables/x; printf "DELIVERABLE: deliverables/x\\nDONE\\n" >>agent.log'),
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0, problems: [{ phase: 'callback' }] })
  expect(inbox.texts).toEqual([
    expect.stringMatching(/^System: deliverable x \(#0\): it has arrived, but nobody on our side answered/),
  ])
})

test('the log is read no further while a callback can take no more', async () => {
  const { session, script, inbox, taskId } = await stage.place()
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const statuses: string[] = []
  let delivered = 0
  const running = session({
    features: DELIVERABLES,
    budgets: { drainMs: PATIENCE_MS },
    callbacks: {
      onStatus: ({ message }) => void statuses.push(message),
      onDeliverable: async () => {
        await opened
        delivered += 1
      },
    },
    body: script(`echo x >deliverables/x
      for i in $(seq 80); do echo "DELIVERABLE: deliverables/x"; done >>agent.log
      printf "STATUS: after\\nDONE\\n" >>agent.log`),
  })
  await expect
    .poll(async () => stage.store.deliverables.list({ owner: OWNER, taskId }), { timeout: PATIENCE_MS })
    .toHaveLength(1)
  expect(statuses).toEqual([])
  open()
  expect(await running).toMatchObject({ type: 'done', owed: 0 })
  expect(delivered).toBe(80)
  expect(statuses).toEqual(['after'])
  expect(new Set(inbox.texts).size).toBe(80)
})
