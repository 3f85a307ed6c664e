import type { AppServerClient, ResultOf, Turn } from '@x/codex-appserver'
import { supports } from '@x/codex-appserver'

/** Turns in one answer; Codex gives no more at once. */
const PAGE = 100

/** Whether the turns of a thread are asked for in pages; where they are not, its resumption tells all of them. */
export function hasTurnPages(version: string): boolean {
  return supports(version, 'thread/turns/list')
}

/** Every turn of a thread that was resumed without them, oldest first. */
export async function readTurns(
  client: AppServerClient,
  threadId: string,
): Promise<ResultOf<'thread/turns/list'>['data']> {
  const turns: Turn[] = []
  let cursor: string | undefined
  do {
    const page = await client.request('thread/turns/list', {
      threadId,
      itemsView: 'full',
      sortDirection: 'asc',
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    })
    turns.push(...page.data)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return turns
}
