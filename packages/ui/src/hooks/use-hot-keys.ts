import { useEffect, useRef } from 'react'

/** What a key does; `false` when it has nothing to do and the browser may have it. */
export type HotKeys = Readonly<Record<string, () => boolean>>

/**
 * Keys for the whole page, by `KeyboardEvent.key`. They rest while somebody writes, while a dialog is open, and for
 * repeats of a key that is held.
 */
export function useHotKeys(keys: HotKeys): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTextField(event.target) || document.querySelector('dialog[open]')) return
      const run = latest.current[event.key]
      if (run?.()) event.preventDefault()
    }
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])
}

/** Whether what is typed there is text. */
export function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select') !== null)
  )
}
