import { blobCrash } from './blob-crash/blob-crash.ts'
import { cutSsh } from './cut-ssh/cut-ssh.ts'
import type { Drill } from './drill.ts'
import { hostileArchives } from './hostile-archives/hostile-archives.ts'
import { keywordCrash } from './keyword-crash/keyword-crash.ts'
import { killOrchestrator } from './kill-orchestrator/kill-orchestrator.ts'
import { leaseRace } from './lease-race/lease-race.ts'
import { pidReuse } from './pid-reuse/pid-reuse.ts'
import { rotate } from './rotate/rotate.ts'
import { rotateCodex } from './rotate-codex/rotate-codex.ts'
import { snapshotCrash } from './snapshot-crash/snapshot-crash.ts'

/** Every drill there is. */
export const DRILLS: readonly Drill[] = [
  killOrchestrator,
  hostileArchives,
  cutSsh,
  pidReuse,
  leaseRace,
  blobCrash,
  keywordCrash,
  rotate,
  rotateCodex,
  snapshotCrash,
]
