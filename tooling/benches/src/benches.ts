import { archive } from './archive/archive.ts'
import type { Bench } from './bench.ts'
import { keywords } from './keywords/keywords.ts'
import { ssh } from './ssh/ssh.ts'
import { start } from './start/start.ts'
import { store } from './store/store.ts'
import { stream } from './stream/stream.ts'
import { tail } from './tail/tail.ts'
import { terminal } from './terminal/terminal.ts'
import { tunnel } from './tunnel/tunnel.ts'

/** Every bench there is. */
export const BENCHES: readonly Bench[] = [
  start,
  stream,
  terminal,
  archive,
  tail,
  tunnel,
  ssh,
  store,
  keywords,
]
