import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { findLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/session.ts'
import { hostWith } from '../host-with.ts'
import { openWorkshop, type Workshop } from '../workshop.ts'

describe.each(CODEX_VERSIONS)('a sandbox of Codex %s that does not hold', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  /** An installation with its own copy of everything but the large files, which are the same ones. */
  async function copyInstallation(name: string): Promise<string> {
    const from = path.dirname(path.dirname(codexBinary(version)))
    const to = path.join(workshop.root, name)
    await mkdir(to)
    await cp(from, to, { recursive: true, filter: (file) => path.basename(path.dirname(file)) !== 'bin' })
    // A binary is looked for beside its real path, so it has to be a file of its own.
    await cp(path.join(from, 'bin'), path.join(to, 'bin'), { recursive: true })
    return to
  }

  async function expectRefusal(session: Session): Promise<string> {
    const refused = session.conversation.send('hello')
    const error: unknown = await session.ready.catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      name: 'SessionError',
      code: 'posture',
      remedy: expect.stringMatching(/\w/),
    })
    await expect(refused.result).rejects.toMatchObject({ name: 'ConversationError' })
    const { message, remedy } = error as { message: string; remedy: string }
    expect(await session.closed).toEqual({ reason: 'lost', fault: { message, remedy } })
    expect(workshop.model.requests).toEqual([])
    const left = await findLeaks(workshop.stateDir)
    expect(left.filter((line) => line.startsWith('process'))).toEqual([])
    return message
  }

  test('for want of its helper: no turn is taken', async () => {
    const installation = await copyInstallation('no-helper')
    await rm(path.join(installation, 'codex-resources', 'bwrap'))
    const binary = path.join(installation, 'bin', 'codex')
    const session = await workshop.open({ taskId: 'no-helper', binary })
    expect(await expectRefusal(session)).toContain("Codex's sandbox helper is missing")
    await rm(installation, { recursive: true })
  })

  test('since its helper was changed: no turn is taken', async () => {
    const installation = await copyInstallation('changed-helper')
    const helper = path.join(installation, 'codex-resources', 'bwrap')
    await writeFile(helper, '#!/bin/sh\nshift 99\nexec "$@"\n')
    await chmod(helper, 0o755)
    const binary = path.join(installation, 'bin', 'codex')
    const session = await workshop.open({ taskId: 'changed-helper', binary })
    expect(await expectRefusal(session)).toContain("Codex's sandbox helper is not the one that belongs to it")
    await rm(installation, { recursive: true })
  })

  test('since the machine gives no namespaces: no turn is taken', async () => {
    const directory = path.join(workshop.root, 'no-namespaces', 'bin')
    await mkdir(directory, { recursive: true })
    const binary = path.join(directory, 'codex')
    const script = `echo 0 > /proc/sys/user/max_user_namespaces && exec '${codexBinary(version)}' "$@"`
    await writeFile(
      binary,
      `#!/bin/sh\nexec unshare -Ur sh -c '${script.replaceAll("'", `'\\''`)}' sh "$@"\n`,
    )
    await chmod(binary, 0o755)
    const session = await workshop.open({ taskId: 'no-namespaces', binary })
    expect(await expectRefusal(session)).toContain('user namespaces are switched off')
  })

  test('since its configuration was weakened: no turn is taken', async () => {
    const { host } = workshop
    const weakened = hostWith(host, {
      files: new Proxy(host.files, {
        get: (files, name) =>
          name === 'write'
            ? (file: string, data: string, options: object) =>
                files.write(file, data.replace(/"(.+\/state)" = "deny"/, '"$1" = "read"'), options)
            : (Reflect.get(files, name) as (...args: unknown[]) => unknown).bind(files),
      }),
    })
    const session = await workshop.open({ taskId: 'weakened', host: weakened })
    const message = await expectRefusal(session)
    expect(message).toContain('commands cannot read the login and the configuration')
  })

  test('since another profile is in force: not even opened', async () => {
    const { host } = workshop
    const replaced = hostWith(host, {
      files: new Proxy(host.files, {
        get: (files, name) =>
          name === 'write'
            ? (file: string, data: string, options: object) =>
                files.write(
                  file,
                  data.replace('default_permissions = "task"', 'default_permissions = ":workspace"'),
                  options,
                )
            : (Reflect.get(files, name) as (...args: unknown[]) => unknown).bind(files),
      }),
    })
    await expect(workshop.open({ taskId: 'replaced', host: replaced })).rejects.toMatchObject({
      name: 'SessionError',
      code: 'posture',
      message: expect.stringContaining(':workspace'),
    })
    expect(workshop.model.requests).toEqual([])
  })

  test('a session that was proved once is proved again when it is taken up', async () => {
    const installation = await copyInstallation('lost-helper')
    const binary = path.join(installation, 'bin', 'codex')
    const session = await workshop.open({ taskId: 'lost-helper', binary })
    await session.ready
    await session.close()
    await rm(path.join(installation, 'codex-resources', 'bwrap'))
    await symlink('/bin/false', path.join(installation, 'codex-resources', 'bwrap'))
    await expectRefusal(await workshop.attach('lost-helper'))
    await rm(installation, { recursive: true })
  })
})
