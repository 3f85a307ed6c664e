import {
  connect,
  openLineChannel,
  RequestTimeoutError,
  RpcError,
  type AppServerClient,
} from '@x/codex-appserver'
import { DisposeStack, HostError, type Host } from '@x/host'
import { SessionError } from '../errors.ts'
import { loginFailure, loginLost, loginUnreachable, loginUnreadable } from './login-failure.ts'
import {
  configArguments,
  DEVICE_CODE_MS,
  loginEnvironment,
  type LoginMethod,
  type LoginProcess,
  type LoginProcessOptions,
} from './login-process.ts'
import { parseVerification, type Verification } from './parse-verification.ts'
import { readAccount } from './read-account.ts'

/** How long what is known about an account may keep a login waiting, in milliseconds. */
const ACCOUNT_TIMEOUT_MS = 5_000

/**
 * Logs in through an app-server on pipes, which ends with us. A key goes through the pipe: it stands on no command line
 * and in no environment.
 * @throws SessionError `handshake`, `login-refused`, `login-unreachable`; the reason of `signal`
 */
export async function loginOverProtocol(
  host: Host,
  method: LoginMethod,
  options: LoginProcessOptions,
): Promise<LoginProcess> {
  await using opening = new DisposeStack()
  const client = opening.use(await openAppServer(host, options, opening))
  const asked =
    method.type === 'device-code'
      ? await askForCode(client, options)
      : await giveKey(client, method.key, options)
  const opened = opening.move()
  return {
    ...asked,
    readAccount: () =>
      readAccount(client, { signal: AbortSignal.timeout(ACCOUNT_TIMEOUT_MS) }).catch(() => ({})),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

async function openAppServer(
  host: Host,
  options: LoginProcessOptions,
  opening: DisposeStack,
): Promise<AppServerClient> {
  const { binary, directory, signal } = options
  try {
    const process = opening.use(
      await host.spawn([binary, ...configArguments(options), 'app-server'], {
        cwd: directory,
        cleanEnv: true,
        env: loginEnvironment(options),
        stdin: 'pipe',
        signal,
      }),
    )
    if (!process.stdin) throw new TypeError('expected a process that reads')
    const { stdout: readable, stdin: writable, stderr } = process
    return await connect(openLineChannel({ readable, writable, stderr }), {
      clientInfo: { name: 'x', title: 'x', version: '0.0.0' },
      capabilities: { experimentalApi: true },
      signal,
    })
  } catch (cause) {
    signal.throwIfAborted()
    const isHost = cause instanceof HostError
    throw new SessionError(
      'handshake',
      isHost ? 'Codex could not be started' : 'Codex could not be spoken to',
      {
        cause,
        remedy: `Check that ${binary} is there and can be run.`,
      },
    )
  }
}

type Asked = Pick<LoginProcess, 'done' | 'verification'>

async function askForCode(client: AppServerClient, { issuer, signal }: LoginProcessOptions): Promise<Asked> {
  const ended = completion(client)
  const answer = await client
    .request('account/login/start', { type: 'chatgptDeviceCode' }, { signal })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      if (error instanceof RpcError) throw loginFailure(error.rpcMessage)
      throw error instanceof RequestTimeoutError ? loginUnreachable() : loginLost(error)
    })
  if (answer.type !== 'chatgptDeviceCode') throw loginUnreadable()
  const read = parseVerification(answer.verificationUrl, answer.userCode, issuer)
  if (!read) throw loginUnreadable()
  const verification: Verification = { ...read, expiresAt: Date.now() + DEVICE_CODE_MS }
  return { verification, done: ended(answer.loginId) }
}

async function giveKey(
  client: AppServerClient,
  key: string,
  { signal }: LoginProcessOptions,
): Promise<Asked> {
  await client
    .request('account/login/start', { type: 'apiKey', apiKey: key }, { signal })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      // Its words may quote the key.
      if (error instanceof RpcError) throw loginFailure('')
      throw loginLost()
    })
  return { done: Promise.resolve() }
}

/** Listens for the end of a login before anybody can know its name. */
function completion(client: AppServerClient): (loginId: string) => Promise<void> {
  const told: { readonly loginId: string | null; readonly failure: SessionError | undefined }[] = []
  let notice = (): void => undefined
  client.onNotification('account/login/completed', ({ loginId = null, success, error }) => {
    told.push({ loginId, failure: success ? undefined : loginFailure(error ?? '') })
    notice()
  })
  return (loginId) => {
    const done = new Promise<void>((resolve, reject) => {
      notice = () => {
        const end = told.find((one) => one.loginId === loginId)
        if (end?.failure) reject(end.failure)
        else if (end) resolve()
      }
      notice()
      void client.closed.then(({ cause }) => reject(loginLost(cause)))
    })
    done.catch(() => undefined)
    return done
  }
}
