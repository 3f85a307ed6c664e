import { once } from 'node:events'
import { openSshd } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, expect, test } from 'vitest'
import { download } from '../../src/download/download.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { openFileServer } from '../../src/testing/file-server.ts'

afterAll(() => expectNoLeaks())

test.each(['worker', 'orchestrator'] as const)(
  'a connection that is cut ends a download by the %s, which goes on later',
  async (via) => {
    await using sshd = await openSshd()
    await using host = await openSshHost(sshd.target, sshd.options)
    await using server = await openFileServer(Buffer.alloc(3_000_000, 'x'))
    server.served.stallAfter = 2_000_000
    const to = `${sshd.home}/file`
    const get = (onProgress?: () => void) =>
      download(host, `http://127.0.0.1:${server.port}/file`, to, { via, ...(onProgress && { onProgress }) })
    const lost = new AbortController()
    using _link = host.onLink(({ state }) => {
      if (state === 'connected') lost.abort()
    })
    const isBack = once(lost.signal, 'abort')
    await expect(get(() => sshd.cut())).rejects.toMatchObject({ code: 'connection-lost' })
    await isBack
    // What ran there is ended by then, or a moment later.
    await expect
      .poll(async () =>
        (await host.files.list(sshd.home)).filter((name) => /^\.[0-9a-f]{24}\.part$/.test(name)),
      )
      .toHaveLength(1)
    server.served.stallAfter = undefined
    const { bytes, resumedFrom } = await get()
    expect(bytes).toBe(3_000_000)
    expect(resumedFrom).toBeGreaterThan(0)
    expect((await host.files.list(sshd.home)).filter((name) => name.endsWith('.part'))).toEqual([])
  },
)
