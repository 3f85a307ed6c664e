import type { HttpBindings } from '@hono/node-server'
import { SeedError } from '@x/agents/seeds'
import type { Hono } from 'hono'
import type { ListedSeed, SeedDirectory, SeedUser } from '../seed-directory.ts'
import { HttpFault } from './http-fault.ts'
import { MAX_BODY_BYTES, MAX_IMPORT_BYTES } from './limits.ts'
import { parseExport, parseImport, parseLogInRequest, parseSeedName } from './parse-seed-request.ts'
import { readJson } from './read-json.ts'

type App = Hono<{ Bindings: HttpBindings }>

/** What a person does with stored logins. What comes of it is told by the feed of the lists. */
export function addSeeds(app: App, seeds: SeedDirectory): void {
  app.get('/api/seeds', (c) => c.json({ seeds: seeds.list(), logins: seeds.logins() }))
  app.put('/api/seeds/:id/name', async (c) => {
    const name = parseSeedName(await readJson(c.env.incoming, MAX_BODY_BYTES))
    await seeds.rename(c.req.param('id'), name)
    return c.body(null, 204)
  })
  app.post('/api/seeds/:id/verify', async (c) =>
    c.json(await seeds.verify(c.req.param('id'), { signal: c.req.raw.signal })),
  )
  app.delete('/api/seeds/:id', async (c) => {
    const id = c.req.param('id')
    await seeds.delete(id).catch((error: unknown) => {
      const known = seeds.list().find((seed) => seed.id === id)
      throw known && error instanceof SeedError && error.code === 'in-use' ? inUse(known) : error
    })
    return c.body(null, 204)
  })
  addExports(app, seeds)
  addLogins(app, seeds)
}

function addExports(app: App, seeds: SeedDirectory): void {
  app.post('/api/seeds/import', async (c) => {
    const { sealed, ...how } = parseImport(await readJson(c.env.incoming, MAX_IMPORT_BYTES))
    return c.json(await seeds.import(sealed, how), 201)
  })
  app.post('/api/seeds/:id/export', async (c) => {
    const how = parseExport(await readJson(c.env.incoming, MAX_BODY_BYTES))
    const sealed = await seeds.export(c.req.param('id'), how)
    return c.body(new Uint8Array(sealed), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="seed.x-export"',
    })
  })
}

function addLogins(app: App, seeds: SeedDirectory): void {
  app.post('/api/logins', async (c) =>
    c.json(await seeds.logIn(parseLogInRequest(await readJson(c.env.incoming, MAX_BODY_BYTES))), 201),
  )
  app.delete('/api/logins/:id', async (c) => {
    if (!(await seeds.endLogin(c.req.param('id'))))
      throw new HttpFault(404, 'no-login', 'Nobody is logging in by that number any more.')
    return c.body(null, 204)
  })
}

/** Who uses it, by the names that the person knows. */
function inUse({ name, users }: ListedSeed): HttpFault {
  const who = new Intl.ListFormat('en').format(users.map(wordsFor))
  return new HttpFault(
    409,
    'in-use',
    users.length === 0 ? `Somebody uses “${name}”.` : `“${name}” is used by ${who}.`,
    users.some(({ isLost }) => isLost)
      ? 'One of them went away without giving it back: resume and end it first.'
      : 'End what uses it first.',
  )
}

function wordsFor({ name, worker }: SeedUser): string {
  return worker === undefined ? `“${name}”` : `“${name}” on ${worker}`
}
