/** The shape of a state; a word always stands beside it. */
export type MarkKind = 'idle' | 'running' | 'done' | 'failed' | 'declined' | 'waiting' | 'asking' | 'ended'

const SHAPES: Readonly<Record<MarkKind, string>> = {
  idle: 'M6 2.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7z',
  running: 'M4 2.5v7l5.5-3.5z',
  done: 'M2.5 6.5l2.5 2.5l4.5-6',
  failed: 'M3 3l6 6M9 3l-6 6',
  declined: 'M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM3.2 3.2l5.6 5.6',
  waiting: 'M6 2a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM6 3.8v2.4l1.6 1',
  asking: 'M6 2v5M6 9.4v.2',
  ended: 'M3 3h6v6h-6z',
}

/** A mark for a state, in the colour of its class. It says nothing to a screen reader: the word does. */
export function Mark({ kind }: { readonly kind: MarkKind }) {
  return (
    <svg className={`x-mark x-mark-${kind}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[kind]} />
    </svg>
  )
}
