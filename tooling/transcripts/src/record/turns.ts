import type { AppServerClient, ParamsOf, Turn } from '@x/codex-appserver'
import type { Stage } from './stage.ts'

/** Starts a thread in the stage's directory. */
export async function startThread(
  stage: Stage,
  client: AppServerClient,
  params: Partial<ParamsOf<'thread/start'>> = {},
): Promise<string> {
  const { thread } = await client.request('thread/start', {
    cwd: stage.work,
    approvalPolicy: 'untrusted',
    sandbox: 'workspace-write',
    ...params,
  })
  return thread.id
}

/** Says `text` in the thread and waits until the turn has ended and nothing more is to come. */
export async function say(
  client: AppServerClient,
  threadId: string,
  text: string,
  params: Partial<ParamsOf<'turn/start'>> = {},
): Promise<Turn> {
  const ended = turnEnd(client, threadId)
  await client.request('turn/start', { threadId, input: [{ type: 'text', text }], ...params })
  return ended
}

/** The end of the next turn of the thread, and of its items: in 0.142.5 an item's end may come after the turn's. */
export async function turnEnd(client: AppServerClient, threadId: string): Promise<Turn> {
  const open = new Set<string>()
  const turn = await new Promise<Turn>((resolve) => {
    let ended: Turn | undefined
    const finish = (): void => {
      if (ended && (open.size === 0 || ended.status !== 'completed')) resolve(ended)
    }
    client.onNotification('item/started', ({ threadId: of, item }) => {
      if (of === threadId) open.add(item.id)
    })
    client.onNotification('item/completed', ({ item }) => {
      open.delete(item.id)
      finish()
    })
    client.onNotification('turn/completed', (params) => {
      if (params.threadId === threadId) ended = params.turn
      finish()
    })
  })
  await settled(client)
  return turn
}

/** Once the server has answered something else, what it had to say before is said. */
export async function settled(client: AppServerClient): Promise<void> {
  await client.request('thread/loaded/list', {})
}

/** Resolves with the params of the next such notification that `when` accepts. */
export function next<M extends Parameters<AppServerClient['onNotification']>[0]>(
  client: AppServerClient,
  method: M,
  when: (params: ParamsOf<M>) => boolean = () => true,
): Promise<ParamsOf<M>> {
  return new Promise((resolve) => {
    const listening = client.onNotification(method, (params) => {
      if (!when(params)) return
      listening[Symbol.dispose]()
      resolve(params)
    })
  })
}
