import { memo, useMemo } from 'react'
import type { MouseEvent, ReactNode, RefObject } from 'react'
import { Virtualizer } from 'virtua'
import type { Approval, ConversationState } from '@x/agents/conversation'
import type { PendingMessage } from '../connection/outbox.ts'
import type { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { useStore } from '../hooks/use-store.ts'
import { ItemView } from './item-view.tsx'
import { RowCount, RowItem, RowList } from './transcript-list.tsx'
import { buildRows, turnAt } from './transcript-rows.ts'
import type { Row, Rows } from './transcript-rows.ts'
import { TurnFootView } from './turn-foot.tsx'
import { useTranscriptScroll } from './use-transcript-scroll.ts'
import { UserWords } from './user-words.tsx'

/** Drawn above and below what is seen, in CSS pixels: a fast scroll then finds words, not a blank. */
const SPARE_PX = 800

export interface TranscriptProps {
  readonly conversation: ConversationState
  readonly outbox: readonly PendingMessage[]
  readonly keeper: ScrollKeeper
  readonly sessionId: string
  /** What the address leads to. */
  readonly itemId: string | undefined
  /** Shown while nothing was said. */
  readonly children: ReactNode
}

/** Everything that was said and done, oldest first; what is far from view is not drawn. */
export const Transcript = memo(function Transcript(props: TranscriptProps) {
  const { conversation, outbox, keeper, sessionId, itemId, children } = props
  const { turns, approvals } = conversation
  const rows = useMemo(() => buildRows(turns, outbox), [turns, outbox])
  const { scroller, content, list } = useTranscriptScroll({ keeper, rows, sessionId, itemId })
  return (
    <div className="x-transcript-frame">
      {/* Each delta read aloud would bury the listener; a live region elsewhere says what matters. */}
      <div
        className="x-transcript"
        ref={scroller}
        role="log"
        aria-label="Transcript"
        aria-live="off"
        tabIndex={0}
        onClickCapture={(event) => {
          if (opensSomething(event)) keeper.hold()
        }}
      >
        <div className="x-transcript-content" ref={content}>
          {rows.all.length === 0 ? (
            <div className="x-row-box">{children}</div>
          ) : (
            <RowCount value={rows.all.length}>
              <Virtualizer
                ref={list}
                scrollRef={scroller}
                as={RowList}
                item={RowItem}
                data={rows.all}
                bufferSize={SPARE_PX}
                // Called when rows were measured and stand in their places, before the paint.
                onResize={keeper.measured}
              >
                {(row, index) => (
                  <RowView
                    key={row.id}
                    row={row}
                    index={index}
                    rows={rows}
                    approvals={approvals}
                    itemId={itemId}
                  />
                )}
              </Virtualizer>
            </RowCount>
          )}
        </div>
      </div>
      <JumpButton keeper={keeper} scroller={scroller} />
    </div>
  )
})

interface JumpButtonProps {
  readonly keeper: ScrollKeeper
  readonly scroller: RefObject<HTMLElement | null>
}

function JumpButton({ keeper, scroller }: JumpButtonProps) {
  if (useStore(keeper.atEnd)) return null
  const jump = (): void => {
    keeper.toEnd()
    // The button goes away: who came by keyboard goes on from what they jumped to.
    scroller.current?.focus({ preventScroll: true })
  }
  return (
    <button type="button" className="x-jump" onClick={jump}>
      Jump to latest
    </button>
  )
}

interface RowViewProps {
  readonly row: Row
  readonly index: number
  readonly rows: Rows
  readonly approvals: readonly Approval[]
  readonly itemId: string | undefined
}

function RowView({ row, index, rows, approvals, itemId }: RowViewProps) {
  const { turn, first } = turnAt(rows, index)
  return (
    <div
      className="x-row-box"
      data-row={row.id}
      data-first={first || row.type === 'pending' ? 'true' : undefined}
    >
      {drawn(row, turn?.id ?? '', approvals, itemId)}
    </div>
  )
}

function drawn(
  row: Row,
  turnId: string,
  approvals: readonly Approval[],
  itemId: string | undefined,
): ReactNode {
  if (row.type === 'turn-foot') return <TurnFootView foot={row} />
  if (row.type === 'pending')
    return (
      <div className="x-item x-item-user-message" data-pending={row.message.clientId}>
        <UserWords text={row.message.text} pending />
      </div>
    )
  const asked = approvals.some((one) => one.turnId === turnId && one.itemId === row.id)
  return <ItemView item={row} turnId={turnId} asked={asked} target={row.id === itemId} />
}

/** Whoever opens a line looks at it: the view must not run to the end because of what has opened. */
function opensSomething({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('[aria-expanded]') !== null
}
