import { useMemo } from 'react'
import type { Turn } from '@x/agents/conversation'
import type { PageClient } from '../connection/page-client.ts'
import { sessionHref } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { DiffCounts } from '../diff/diff-counts.tsx'
import { plural } from '../text/format.ts'
import { ChangedFile } from './changed-file.tsx'
import { changedFiles } from './changed-files.ts'

/** With more files than this, each waits to be opened. */
const OPEN_FILES = 8

export interface ChangesPaneProps {
  readonly client: PageClient
  readonly sessionId: string
  /** @default the newest that has changed something */
  readonly turnId: string | undefined
}

/** Everything that a turn has changed in files, file by file. */
export function ChangesPane({ client, sessionId, turnId }: ChangesPaneProps) {
  const { conversation } = useStore(client.session(sessionId).view)
  const turns = conversation?.turns
  const changing = useMemo(() => (turns ?? []).filter((turn) => changedFiles(turn).length > 0), [turns])
  const turn = turnId === undefined ? changing.at(-1) : changing.find((one) => one.id === turnId)
  if (!conversation || !turn)
    return (
      <p className="x-pane-empty x-faint">
        {turnId === undefined
          ? 'No files changed yet. What the agent changes shows here.'
          : 'That turn changed no files.'}
      </p>
    )
  const files = changedFiles(turn)
  const number = conversation.turns.indexOf(turn) + 1
  return (
    <>
      <div className="x-changes-head x-small">
        <TurnChoice sessionId={sessionId} turns={conversation.turns} changing={changing} turn={turn} />
        <span className="x-faint">{plural(files.length, 'file')}</span>
        <DiffCounts
          added={files.reduce((sum, file) => sum + file.added, 0)}
          removed={files.reduce((sum, file) => sum + file.removed, 0)}
        />
      </div>
      <ul className="x-changes" aria-label={`Files changed in turn ${number}`}>
        {files.map((file, index) => (
          <li key={`${turn.id} ${index} ${file.path}`}>
            <ChangedFile file={file} cwd={conversation.cwd} startsOpen={files.length <= OPEN_FILES} />
          </li>
        ))}
      </ul>
    </>
  )
}

interface TurnChoiceProps {
  readonly sessionId: string
  readonly turns: readonly Turn[]
  readonly changing: readonly Turn[]
  readonly turn: Turn
}

function TurnChoice({ sessionId, turns, changing, turn }: TurnChoiceProps) {
  return (
    <select
      className="x-choice"
      aria-label="Turn"
      value={turn.id}
      onChange={(event) => {
        location.hash = sessionHref(sessionId, { pane: 'changes', turnId: event.target.value })
      }}
    >
      {changing.map((one) => (
        <option key={one.id} value={one.id}>
          Turn {turns.indexOf(one) + 1}
        </option>
      ))}
    </select>
  )
}
