import { describe, expect, test } from 'vitest'
import { HttpServerError } from '../../src/errors.ts'
import { openHttpServer } from '../../src/http/open-http-server.ts'
import { FeedConversation } from './feed-conversation.ts'
import { ListedSessions, MemoryJar, openTestServer } from './test-server.ts'

describe('the page', () => {
  test('is open, guarded by its headers, and cached by name', async () => {
    await using it = await openTestServer()
    for (const target of ['/', '/index.html']) {
      const page = await it.ask('GET', target, { headers: { origin: undefined } })
      expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-store',
      ])
      expect(page.text).toContain('<title>page</title>')
    }
    const script = await it.ask('GET', '/assets/app-1a2b3c4d.js')
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  test('every answer carries the security headers', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const answers = [
      await it.ask('GET', '/'),
      await it.ask('GET', '/api/sessions'),
      await it.ask('GET', '/api/sessions', { cookie }),
      await it.ask('GET', '/api/none', { cookie }),
      await it.ask('GET', '//'),
    ]
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    }
  })

  test('that is missing is said when the server opens', async () => {
    const opening = openHttpServer({
      sessions: new ListedSessions(),
      webRoot: '/nowhere/at/all',
      port: 0,
      instance: '0123abcd',
      cookies: new MemoryJar(),
    })
    await expect(opening).rejects.toMatchObject({ name: 'HttpServerError', code: 'page-missing' })
  })
})

describe('sessions', () => {
  test('are listed, made and ended', async () => {
    await using it = await openTestServer({ defaultDirectory: '/home/me' })
    const cookie = await it.login()
    const made = await it.ask('POST', '/api/sessions', { cookie, body: { directory: null } })
    expect([made.status, JSON.parse(made.text)]).toEqual([201, it.sessions.list()[0]])
    const list = await it.ask('GET', '/api/sessions', { cookie })
    expect(JSON.parse(list.text)).toEqual({
      sessions: it.sessions.list(),
      defaults: { directory: '/home/me', login: null },
    })
    expect(list.headers['cache-control']).toBe('no-store')
    expect((await it.ask('DELETE', '/api/sessions/made-0', { cookie })).status).toBe(204)
    expect((await it.ask('DELETE', '/api/sessions/made-0', { cookie })).status).toBe(404)
  })

  test('one that is over is resumed, and asking for what runs changes nothing', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.sessions.add('over', undefined, { state: 'ended' })
    it.sessions.add('ready', new FeedConversation())
    const resume = async (id: string) =>
      (await it.ask('POST', `/api/sessions/${id}/resume`, { cookie })).status
    expect([await resume('over'), await resume('over'), await resume('ready')]).toEqual([202, 202, 202])
    const states = it.sessions.list().map(({ id, status }) => [id, status.state])
    expect(Object.fromEntries(states)).toEqual({ over: 'starting', ready: 'ready' })
    expect(await resume('none')).toBe(404)
  })

  test('nothing is resumed without a login, from elsewhere, or by a link', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.sessions.add('over', undefined, { state: 'ended' })
    const target = '/api/sessions/over/resume'
    const answers = [
      await it.ask('POST', target),
      await it.ask('POST', target, { cookie, headers: { origin: 'http://127.0.0.1:1' } }),
      await it.ask('POST', target, { cookie, headers: { origin: undefined } }),
      await it.ask('GET', target, { cookie }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403, 404])
    expect(it.sessions.list()[0]?.status).toEqual({ state: 'ended' })
  })

  test('a directory that can’t be used is refused with the remedy', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const refused = await it.ask('POST', '/api/sessions', { cookie, body: { directory: '/missing' } })
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      400,
      { error: { code: 'session-refused', message: 'no such directory', remedy: 'Name another.' } },
    ])
  })

  test.each([{}, { directory: 'relative' }, { directory: '/a', extra: 1 }, { directory: 7 }, '{', ''])(
    'the body %j is refused',
    async (body) => {
      await using it = await openTestServer()
      const cookie = await it.login()
      const refused = await it.ask('POST', '/api/sessions', { cookie, body })
      expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([400, 'bad-request'])
      expect(it.sessions.list()).toEqual([])
    },
  )
})

describe('a conversation', () => {
  async function openWithConversation() {
    const it = await openTestServer()
    const conversation = new FeedConversation()
    it.sessions.add('a', conversation)
    return { it, conversation, cookie: await it.login() }
  }

  test('takes a message once, however often it is sent', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const body = { text: 'hello', clientId: 'c1' }
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => it.ask('POST', '/api/sessions/a/messages', { cookie, body })),
    )
    expect(answers.map(({ status, text }) => [status, text])).toEqual(
      Array.from({ length: 3 }, () => [202, '{"turnId":"turn-1"}']),
    )
    expect(conversation.turns).toBe(1)
  })

  test.each(['', ' ', ' \n\t\u00a0'])('takes no message of nothing: %j', async (text) => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const body = { text, clientId: 'c1' }
    const refused = await it.ask('POST', '/api/sessions/a/messages', { cookie, body })
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([
      400,
      { code: 'empty-message', message: 'The message is empty.', remedy: expect.any(String) },
    ])
    expect([conversation.turns, it.errors]).toEqual([0, []])
  })

  test.each(['a', 'ä', '漢', '\u0001', '"', '\ud800'])(
    'takes as many of %j as a message may have, and no more',
    async (character) => {
      const { it, conversation, cookie } = await openWithConversation()
      await using _it = it
      const send = (count: number) =>
        it.ask('POST', '/api/sessions/a/messages', {
          cookie,
          body: { text: character.repeat(count), clientId: 'c'.repeat(100) },
        })
      const tooLong = await send(512 * 1024 + 1)
      expect([tooLong.status, JSON.parse(tooLong.text).error.code]).toEqual([413, 'message-too-long'])
      expect([(await send(512 * 1024)).status, conversation.turns]).toEqual([202, 1])
    },
  )

  test('knows a message that an earlier server has sent', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    conversation.send('hello', { clientId: 'c1' })
    const again = await it.ask('POST', '/api/sessions/a/messages', {
      cookie,
      body: { text: 'hello', clientId: 'c1' },
    })
    expect([again.text, conversation.turns]).toEqual(['{"turnId":"turn-1"}', 1])
  })

  test('that is refused can be sent again', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const body = { text: 'hello', clientId: 'c1' }
    conversation.gate = 'closed'
    const refused = await it.ask('POST', '/api/sessions/a/messages', { cookie, body })
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      409,
      { error: { code: 'gate-closed', message: 'the gate is closed', remedy: 'Allow user namespaces.' } },
    ])
    conversation.gate = 'open'
    expect((await it.ask('POST', '/api/sessions/a/messages', { cookie, body })).status).toBe(202)
  })

  test('whose disk is full says so, and takes the message when there is space', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    const body = { text: 'hello', clientId: 'c1' }
    conversation.broken = Object.assign(new Error('cannot write the record'), { code: 'no-space' })
    const refused = await it.ask('POST', '/api/sessions/a/messages', { cookie, body })
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      507,
      {
        error: {
          code: 'no-space',
          message: 'The disk is full.',
          remedy: 'Free some space, then try again.',
        },
      },
    ])
    expect(it.errors).toEqual([conversation.broken])
    conversation.broken = undefined
    expect((await it.ask('POST', '/api/sessions/a/messages', { cookie, body })).status).toBe(202)
  })

  test('is interrupted', async () => {
    const { it, conversation, cookie } = await openWithConversation()
    await using _it = it
    expect((await it.ask('POST', '/api/sessions/a/interrupt', { cookie })).status).toBe(204)
    expect(conversation.interrupts).toHaveLength(1)
  })

  test.each(['7', 'a/b', 'thread:item 1?', '%2e', '100%', 'ä'])(
    'gets an answer to approval %s',
    async (id) => {
      const { it, conversation, cookie } = await openWithConversation()
      await using _it = it
      conversation.ask({
        id,
        turnId: 't',
        itemId: 'i',
        kind: 'command',
        leavesSandbox: false,
        choices: ['accept', 'decline'],
        requestedAt: 1,
      })
      const answer = (decision: string) =>
        it.ask('POST', `/api/sessions/a/approvals/${encodeURIComponent(id)}`, { cookie, body: { decision } })
      const wrong = await answer('cancel')
      expect([wrong.status, JSON.parse(wrong.text).error.code]).toEqual([409, 'choice-not-offered'])
      expect((await answer('maybe')).status).toBe(400)
      expect(await answer('accept')).toMatchObject({ status: 200, text: '{"open":true}' })
      expect(await answer('accept')).toMatchObject({ status: 200, text: '{"open":false}' })
    },
  )

  test('that there is not, or not yet, is said', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.sessions.add('young')
    const body = { text: 'hello', clientId: 'c1' }
    expect((await it.ask('POST', '/api/sessions/none/messages', { cookie, body })).status).toBe(404)
    expect((await it.ask('POST', '/api/sessions/young/messages', { cookie, body })).status).toBe(409)
  })
})

describe('limits and failures', () => {
  test('a path may be as long as the system takes, however it is written', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const path = `\\u002f${'\\u0061'.repeat(4095)}`
    const make = (directory: string) =>
      it.ask('POST', '/api/sessions', { cookie, body: `{"directory":"${directory}"}` })
    expect((await make(path)).status).toBe(201)
    expect((await make(`${path}a`)).status).toBe(400)
  })

  test('a body that is too large is refused before it was read', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    const body = JSON.stringify({ directory: `/${'a'.repeat(32 * 1024)}` })
    expect((await it.ask('POST', '/api/sessions', { cookie, body })).status).toBe(413)
    const text = 'a'.repeat(100 * 1024)
    it.sessions.add('a', new FeedConversation())
    const message = await it.ask('POST', '/api/sessions/a/messages', {
      cookie,
      body: { text, clientId: 'c' },
    })
    expect(message.status).toBe(202)
  })

  test('a failure of ours tells the page nothing and its keeper all', async () => {
    await using it = await openTestServer()
    const cookie = await it.login()
    it.sessions.broken = new Error('secret path /home/me')
    const answer = await it.ask('GET', '/api/sessions', { cookie })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret')
    expect(it.errors).toEqual([it.sessions.broken])
  })

  test('a taken port is told by name', async () => {
    await using it = await openTestServer()
    const error = await openTestServer({ port: it.server.port }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(HttpServerError)
    expect(error).toMatchObject({ code: 'port-in-use' })
  })

  test('an instance that is no name is a misuse', async () => {
    await expect(openTestServer({ instance: 'x; Domain=evil' })).rejects.toBeInstanceOf(TypeError)
  })

  test('an aborted signal closes it', async () => {
    const stop = new AbortController()
    await using it = await openTestServer({ signal: stop.signal })
    stop.abort()
    await it.server.close()
    await expect(it.ask('GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
