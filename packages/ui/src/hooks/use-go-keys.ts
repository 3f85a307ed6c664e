import { useEffect, useRef } from 'react'
import { isTextField } from './use-hot-keys.ts'

/** How long the second key may take, in milliseconds. */
const SECOND_KEY_MS = 1_500

/** Where `g` and then this key lead. */
export type GoKeys = Readonly<Record<string, () => void>>

/**
 * Two keys for the whole page, `g` and another, while nothing is being written and no dialog is open. The second is
 * seen before everybody else sees it: by itself it may answer an approval.
 */
export function useGoKeys(keys: GoKeys): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY
    const listener = (event: KeyboardEvent): void => {
      const isSecond = event.timeStamp - pressedAt < SECOND_KEY_MS
      pressedAt = Number.NEGATIVE_INFINITY
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTextField(event.target) || document.querySelector('dialog[open]')) return
      const go = isSecond ? latest.current[event.key] : undefined
      if (go) {
        event.preventDefault()
        event.stopPropagation()
        go()
      } else if (event.key === 'g') pressedAt = event.timeStamp
    }
    document.addEventListener('keydown', listener, { capture: true })
    return () => document.removeEventListener('keydown', listener, { capture: true })
  }, [])
}
