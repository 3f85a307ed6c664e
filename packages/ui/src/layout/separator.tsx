import { useRef } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'

const STEP_PX = 16

export interface SeparatorProps {
  /** What it makes wider or narrower. */
  readonly label: string
  readonly width: number
  readonly min: number
  readonly max: number
  /** On which side of the separator the pane is whose width this is. */
  readonly pane: 'left' | 'right'
  readonly onResize: (width: number) => void
  readonly onReset: () => void
}

/** The line between two panes: drag it, or move it with the arrow keys; a double click brings back the usual width. */
export function Separator({ label, width, min, max, pane, onResize, onReset }: SeparatorProps) {
  const drag = useRef<{ readonly x: number; readonly width: number }>(undefined)
  const sign = pane === 'left' ? 1 : -1
  const onPointerMove = (event: PointerEvent): void => {
    if (drag.current) onResize(drag.current.width + sign * (event.clientX - drag.current.x))
  }
  const stop = (): void => {
    drag.current = undefined
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = afterKey(event.key, { width, min, max, sign })
    if (next === undefined) return
    event.preventDefault()
    onResize(next)
  }
  return (
    <div
      className={`x-separator x-separator-${pane}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, width }
      }}
      onPointerMove={onPointerMove}
      onPointerUp={stop}
      onPointerCancel={stop}
      onDoubleClick={onReset}
      onKeyDown={onKeyDown}
    />
  )
}

function afterKey(
  key: string,
  { width, min, max, sign }: { width: number; min: number; max: number; sign: number },
): number | undefined {
  if (key === 'ArrowLeft') return width - sign * STEP_PX
  if (key === 'ArrowRight') return width + sign * STEP_PX
  if (key === 'Home') return min
  return key === 'End' ? max : undefined
}
