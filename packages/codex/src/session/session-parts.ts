import type { Host } from '@x/host'
import type { CodexConversation } from '../conversation/codex-conversation.ts'
import { activeTurn } from '../conversation/outbox.ts'
import type { RefusalsOptions } from '../conversation/refusals.ts'
import { boundariesOf } from '../posture/boundaries.ts'
import { describeRefusal } from '../posture/grants.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { takeSessionSnapshot } from '../snapshots/take-session-snapshot.ts'
import type { CodexSessionOptions } from './codex-session.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { SessionLogin } from './session-login.ts'
import { SnapshotKeeper } from './snapshot-keeper.ts'

export function loginOf(
  { host, places, use, logins }: CodexSessionOptions,
  record: RecordKeeper,
  onLost: (error: unknown) => void,
): SessionLogin {
  const place = { host, taskId: record.current.taskId, paths: places.paths }
  return new SessionLogin({ ...logins, place, record, use, onLost })
}

export function refusalsOf(
  host: Host,
  places: PermissionPlaces,
  record: RecordKeeper,
): Pick<RefusalsOptions, 'boundaries' | 'describe'> {
  return {
    boundaries: () => boundariesOf(places, record.current.grants ?? []),
    describe: (refusal) => describeRefusal(host, places, refusal, record.current.grants ?? []),
  }
}

export function snapshotsOf(
  { host, record: { taskId }, places: { stateDir }, snapshots: given }: CodexSessionOptions,
  talk: CodexConversation,
): SnapshotKeeper {
  return new SnapshotKeeper({
    given,
    take: ({ snapshots, owner, fence, exclude }, options) =>
      takeSessionSnapshot({
        ...options,
        host,
        stateDir,
        taskId,
        snapshots,
        owner,
        ...(fence !== undefined && { fence }),
        ...(exclude && { exclude }),
      }),
    isIdle: () => talk.state.link.state === 'live' && !activeTurn(talk.state),
    changes: (signal) => talk.encodedFeed({ signal }),
    onQuiet: () => talk.queue.advance(),
    warn: (message) => talk.warn('snapshot', message),
  })
}
