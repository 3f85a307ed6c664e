/** What a key does beside what it means to the program. `browser`: nothing is typed, and the browser does its own. */
export type KeyMeaning = 'type' | 'browser' | 'copy' | 'leave'

/** The way out of the terminal for somebody without a mouse; programs can't tell it from Ctrl+L. */
export const LEAVE_KEY = 'Ctrl+Shift+L'

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

/** `hasSelection`: Ctrl+C copies what is selected, and interrupts when nothing is. */
export function keyMeaning(event: Key, hasSelection: boolean): KeyMeaning {
  const { ctrlKey, shiftKey, altKey, metaKey } = event
  if (!ctrlKey || altKey || metaKey) return 'type'
  const key = event.key.toLowerCase()
  if (shiftKey && key === 'l') return 'leave'
  if (shiftKey && key === 'c') return 'copy'
  if (key === 'v') return 'browser'
  if (key === 'c' && hasSelection) return 'browser'
  return 'type'
}
