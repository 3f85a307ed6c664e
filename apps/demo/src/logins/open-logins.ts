import { openBroker, BrokerError, type Broker, type BrokerOptions } from '@x/agents/broker'
import { createSeeds, type Seeds } from '@x/agents/seeds'
import {
  CHATGPT_TOKEN_URL,
  CHATGPT_URL,
  createChatGptProvider,
  createCodexSeedManifest,
  OPENAI_API_URL,
  openCodexLogins,
  type CodexLogins,
  type SeedLogin,
} from '@x/codex'
import { DisposeStack } from '@x/host'
import type { Context } from '../context.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { openLoginStore } from './open-login-store.ts'

/** All logins of one page belong to the person who runs it. */
export const OWNER = 'local'

/** The stored logins, and who gives them to sessions. Disposing closes all of it, after the sessions were left. */
export interface Logins extends AsyncDisposable {
  readonly seeds: Seeds
  readonly broker: Broker
  readonly codex: CodexLogins
  /** A stored login for a session. */
  readonly use: (seedId: string) => SeedLogin
}

/**
 * Opens store, seeds and broker. Sessions that run ask the broker at the port that it had: it is bound again.
 * @param port of the broker before
 * @throws CommandFault
 */
export async function openLogins(
  { environment, output }: Context,
  paths: InstancePaths,
  port: number | undefined,
): Promise<Logins> {
  const { tokenUrl = CHATGPT_TOKEN_URL, chatgptUrl = CHATGPT_URL, seedModelUrl, freshMs } = environment
  await using opening = new DisposeStack()
  const store = opening.use(await openLoginStore(environment, paths.store))
  // Whoever answers the sessions of stored logins knows their keys, too.
  const manifest = createCodexSeedManifest({ chatgptUrl, apiUrl: seedModelUrl ?? OPENAI_API_URL })
  const seeds = createSeeds({ store, manifests: [manifest] })
  const providers = { codex: createChatGptProvider({ tokenUrl }) }
  const broker = opening.use(
    await listenAgain({ store, providers, ...(freshMs !== undefined && { freshMs }) }, port),
  )
  if (port !== undefined && port !== broker.port)
    output.say(
      `port ${port} of the broker is taken: sessions that were started with it can't renew their logins until they are resumed`,
    )
  const codex = opening.use(await openCodexLogins({ store, seeds, broker, owner: OWNER }))
  const all = opening.move()
  return {
    seeds,
    broker,
    codex,
    use: (seedId) => codex.use({ seedId }, seedModelUrl === undefined ? {} : { modelBaseUrl: seedModelUrl }),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

async function listenAgain(options: BrokerOptions, port: number | undefined): Promise<Broker> {
  if (port === undefined) return openBroker(options)
  try {
    return await openBroker({ ...options, port })
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'port-taken') return openBroker(options)
    throw error
  }
}
