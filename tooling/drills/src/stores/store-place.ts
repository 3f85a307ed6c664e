import path from 'node:path'
import { openKeyDirectory, type Store } from '@x/agents/store'

/** Where a store lies, for this process and for those that it starts. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly file: string; readonly keys: string }
  | { readonly kind: 'mongodb'; readonly url: string; readonly database: string; readonly keys: string }

export const STORES = ['sqlite', 'mongodb'] as const

/** Opens it, and loads the driver of that one alone. The caller closes it. */
export async function openPlace(place: StorePlace): Promise<Store> {
  const keys = openKeyDirectory({ path: place.keys })
  if (place.kind === 'sqlite') {
    const { openSqliteStore } = await import('@x/agents/sqlite')
    return openSqliteStore({ path: place.file, keys, busyMs: 20_000 })
  }
  const { openMongoStore } = await import('@x/agents/mongo')
  return openMongoStore({ url: place.url, database: place.database, keys, connectMs: 30_000 })
}

/** A place below `directory`; `url` is that of a server, for the one that has one. */
export function placeIn(directory: string, kind: StorePlace['kind'], url: string): StorePlace {
  const keys = path.join(directory, `${kind} keys`)
  if (kind === 'sqlite') return { kind, file: path.join(directory, 'store/store.sqlite'), keys }
  return { kind, url, database: 'x-drill', keys }
}
