import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { listSessions, type Login } from '@x/codex'
import { type HttpServer, HttpServerError, type HttpServerOptions, openHttpServer } from '@x/runner/http'
import { CommandFault } from '../command-fault.ts'
import type { Context } from '../context.ts'
import { createCookieFile } from '../instance/cookie-file.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import {
  type ControlAnswer,
  type InstanceRecord,
  parseControlCommand,
  parsePorts,
  type Ports,
} from '../instance/parse-records.ts'
import { readFileIfThere } from '../instance/read-file.ts'
import { type OfflineModel, startOfflineModel, stopOfflineModel } from '../model/offline-model.ts'
import { openPage } from '../open-page.ts'
import type { StartArguments } from '../parse-arguments.ts'
import { pageAddress } from '../page-address.ts'
import { type Logins, openLogins } from '../logins/open-logins.ts'
import { keepAll } from '../sessions/keep-all.ts'
import type { KeptSessions } from '../sessions/kept-sessions.ts'
import { usableDirectory } from '../sessions/usable-directory.ts'
import { type SignalWatch, watchSignals } from '../wait-for-signal.ts'
import { openWorker, reachableLogin, type Worker } from '../worker/open-worker.ts'

/** The built page, beside the built program. */
const WEB_ROOT = fileURLToPath(new URL('./web/', import.meta.url))

/** Serves the page until a signal comes; the caller has the lock. Sessions and model go on. @returns the exit status */
export async function serve(
  context: Context,
  paths: InstancePaths,
  options: StartArguments,
): Promise<number> {
  const { host } = context
  using signals = watchSignals()
  await using worker = await openWorker(context, paths)
  if (options.directory !== undefined) await usableDirectory(worker.host, options.directory)
  const ports = parsePorts((await readFileIfThere(host, paths.ports)) ?? '')
  const answering = await findAnswering(context, paths, ports)
  try {
    const { login, forward } = await reachableLogin(worker, answering.login, ports.workerModel)
    const workerModel = forward?.port ?? ports.workerModel
    await using logins = await openLogins(context, paths, ports.broker)
    return await serveSessions(context, paths, options, {
      signals,
      worker,
      ports: { ...ports, workerModel, broker: logins.broker.port },
      logins,
      ...answering,
      login,
    })
  } catch (error) {
    if (answering.model?.fresh === true) await leaveNoModel(context, paths, worker)
    throw error
  }
}

/** What is there before the page is. */
interface Serving extends Answering {
  readonly signals: SignalWatch
  readonly worker: Worker
  readonly ports: Ports
  readonly logins: Logins
}

/** Who answers the agent. */
interface Answering {
  readonly login: Login
  /** In words. */
  readonly name: string
  /** Set when it is ours. */
  readonly model?: OfflineModel
}

async function serveSessions(
  context: Context,
  paths: InstancePaths,
  options: StartArguments,
  { signals, worker, ports, logins, login, name, model }: Serving,
): Promise<number> {
  const { host, output } = context
  const onError = (error: unknown): void => output.fail({ message: reasonOf(error) })
  const { sessions, seeds } = keepAll(context, paths, { worker, logins, login, onError })
  await seeds.open()
  const secret = randomBytes(32).toString('base64url')
  const control = {
    secret,
    run: async (command: unknown): Promise<ControlAnswer> => {
      const { directory } = parseControlCommand(command)
      const session = directory === null ? undefined : (await sessions.createOnce(directory)).id
      return { token: server.issueToken(), session }
    },
  }
  const server: HttpServer = await listen(context, ports.page, options.port, {
    sessions,
    seeds,
    usualLogin: name,
    webRoot: WEB_ROOT,
    framed: ['/terminal.html', '/chat.html'],
    instance: createHash('sha256').update(paths.root).digest('hex').slice(0, 8),
    cookies: createCookieFile(host, paths.cookies),
    defaultDirectory: options.directory ?? null,
    control,
    onError,
  })
  const begin = async (): Promise<void> => {
    await writePorts(context, paths, { ...ports, page: server.port, model: model?.port ?? ports.model })
    const place = await findSessions(sessions, options.directory)
    await writeInstance(context, paths, server.port, secret)
    announce(context, pageAddress(server.url, server.issueToken(), place), server.port, options)
  }
  try {
    await begin().catch(async (error: unknown) => {
      // Nobody may take up again what is being undone.
      await server.close()
      await sessions.undo()
      throw error
    })
    return await untilSignal(context, signals, server, sessions)
  } finally {
    await server.close()
    await seeds.close()
    await host.files.remove(paths.instance)
  }
}

/** @returns id of the session that works in the directory that was asked for */
async function findSessions(
  sessions: KeptSessions,
  directory: string | undefined,
): Promise<string | undefined> {
  await sessions.find()
  if (directory !== undefined) return (await sessions.createOnce(directory)).id
  if (sessions.list().length === 0) await sessions.create({ directory: null })
  return undefined
}

async function findAnswering(
  { host, environment, output }: Context,
  paths: InstancePaths,
  ports: Ports,
): Promise<Answering> {
  if (environment.login) return { login: environment.login, name: nameOf(environment.login) }
  const model = await startOfflineModel(host, paths, ports.model)
  output.say('no model was named (X_MODEL_BASE_URL, X_MODEL_KEY): the offline model answers')
  if (ports.model !== undefined && ports.model !== model.port)
    output.say(
      `port ${ports.model} of the offline model is taken: sessions that were started with it get no answer`,
    )
  return { login: { endpoint: { baseUrl: model.baseUrl } }, name: 'the offline model', model }
}

function nameOf(login: Login): string {
  const endpoint = typeof login === 'object' && 'endpoint' in login ? login.endpoint : undefined
  return endpoint ? `the model at ${new URL(endpoint.baseUrl).host}` : 'the key of X_MODEL_KEY'
}

/** A start that failed leaves nothing that nobody uses. What goes wrong here is not why it failed. */
async function leaveNoModel({ host }: Context, paths: InstancePaths, worker: Worker): Promise<void> {
  const sessions = await listSessions({ host: worker.host, stateDir: worker.stateDir }).catch(() => [])
  if (sessions.some((session) => session.alive)) return
  await stopOfflineModel(host, paths).catch(() => undefined)
}

/** The port that was asked for, or none; else the one that was used before, or any. */
async function listen(
  { output }: Context,
  recorded: number | undefined,
  asked: number | undefined,
  options: Omit<HttpServerOptions, 'port'>,
): Promise<HttpServer> {
  try {
    return await openHttpServer({ ...options, port: asked ?? recorded ?? 0 })
  } catch (error) {
    const taken = error instanceof HttpServerError && error.code === 'port-in-use'
    if (!taken || asked !== undefined || recorded === undefined) throw error
    output.say(`port ${recorded} is taken by another program: the page gets another address this time`)
    return openHttpServer({ ...options, port: 0 })
  }
}

async function writePorts({ host }: Context, paths: InstancePaths, ports: Ports): Promise<void> {
  await host.files.write(paths.ports, JSON.stringify(ports), { mode: 0o600 })
}

async function writeInstance(
  { host }: Context,
  paths: InstancePaths,
  port: number,
  secret: string,
): Promise<void> {
  const identity = await host.identify(process.pid)
  if (!identity) throw new CommandFault('this process can’t be found in /proc')
  const record: InstanceRecord = { ...identity, port, secret, startedAt: Date.now() }
  await host.files.write(paths.instance, JSON.stringify(record), { mode: 0o600 })
}

function announce(
  { environment, output }: Context,
  url: string,
  port: number,
  options: StartArguments,
): void {
  output.result({ url, port, pid: process.pid, started: true }, url)
  output.say('the address works once; `npm start` in another terminal prints a fresh one')
  if (options.openPage && !options.json && environment.hasDesktop) openPage(url)
}

async function untilSignal(
  { output }: Context,
  signals: SignalWatch,
  server: HttpServer,
  sessions: KeptSessions,
): Promise<number> {
  const name = await signals.first
  await server.close()
  const running = await sessions.detach()
  const left = running === 1 ? '1 session goes on' : `${running} sessions go on`
  output.say(
    running === 0
      ? 'the page is closed, and no session runs'
      : `the page is closed; ${left}: \`npm start\` finds them, \`npm stop\` ends them`,
  )
  return name === 'SIGINT' ? 130 : 0
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
