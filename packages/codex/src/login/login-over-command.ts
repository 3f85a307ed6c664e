import type { Readable } from 'node:stream'
import { DisposeStack, type Host, type RunningProcess } from '@x/host'
import { SessionError } from '../errors.ts'
import { loginFailure, loginLost, loginUnreadable } from './login-failure.ts'
import {
  configArguments,
  DEVICE_CODE_MS,
  loginEnvironment,
  type LoginProcess,
  type LoginProcessOptions,
} from './login-process.ts'
import { MAX_PROMPT, parseDevicePrompt, type Verification } from './parse-verification.ts'

/**
 * Logs in by `codex login --device-auth`: for a Codex whose app-server knows one issuer only.
 * @throws SessionError `handshake`, `login-refused`, `login-unreachable`, `lost`; the reason of `signal`
 */
export async function loginOverCommand(host: Host, options: LoginProcessOptions): Promise<LoginProcess> {
  const { binary, directory, issuer, signal } = options
  await using opening = new DisposeStack()
  const process = opening.use(await start(host, options))
  const errors = lastWords(process.stderr)
  const verification = await readPrompt(process, issuer, errors).catch((error: unknown) => {
    // It was ended here, for that reason.
    signal.throwIfAborted()
    throw error
  })
  signal.throwIfAborted()
  const done = process.exited.then(async ({ exitCode }) => {
    if (exitCode === null) throw loginLost()
    if (exitCode !== 0) throw loginFailure(await errors)
  })
  done.catch(() => undefined)
  const opened = opening.move()
  return {
    verification: { ...verification, expiresAt: Date.now() + DEVICE_CODE_MS },
    done,
    readAccount: () => Promise.resolve({}),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }

  function start(on: Host, given: LoginProcessOptions): Promise<RunningProcess> {
    const argv = [
      binary,
      ...configArguments(given),
      'login',
      '--device-auth',
      '--experimental_issuer',
      issuer,
    ]
    return on
      .spawn(argv, { cwd: directory, cleanEnv: true, env: loginEnvironment(given), signal })
      .catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new SessionError('handshake', 'Codex could not be started', {
          cause,
          remedy: `Check that ${binary} is there and can be run.`,
        })
      })
  }
}

async function readPrompt(
  process: RunningProcess,
  issuer: string,
  errors: Promise<string>,
): Promise<Verification> {
  let said = ''
  const { promise, resolve, reject } = withResolvers<Verification>()
  process.stdout.on('data', (piece: Buffer) => {
    // What comes after the prompt is read, and of no interest.
    if (said.length > MAX_PROMPT) return
    said += piece.toString('utf8')
    const read = parseDevicePrompt(said, issuer)
    if (read === 'unreadable') reject(loginUnreadable())
    else if (read) resolve(read)
  })
  process.stdout.once('close', () => {
    void errors.then((text) => reject(text === '' ? loginLost() : loginFailure(text)))
  })
  return promise
}

/** The end of what a program complains of, once it has ended. */
function lastWords(stderr: Readable): Promise<string> {
  let text = ''
  stderr.on('data', (piece: Buffer) => {
    text = (text + piece.toString('utf8')).slice(-MAX_PROMPT)
  })
  return new Promise((resolve) => {
    stderr.once('close', () => resolve(text))
  })
}

function withResolvers<T>(): {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
} {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((settle, refuse) => {
    resolve = settle
    reject = refuse
  })
  return { promise, resolve, reject }
}
