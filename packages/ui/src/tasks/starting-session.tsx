import type { SessionStatus } from '@x/agents/conversation'

/** A session that is on its way: with what, and how far where that can be told. */
export function StartingSession({
  status,
}: {
  readonly status: Extract<SessionStatus, { state: 'starting' }>
}) {
  return (
    <div className="x-stage" role="status">
      <p>{status.doing}</p>
      {status.progress !== undefined && (
        <progress value={status.progress} max={1} aria-label={status.doing}>
          {Math.round(status.progress * 100)} %
        </progress>
      )}
    </div>
  )
}
