import { useEffect, useRef } from 'react'
import { MOD } from '../composer/keys.ts'
import { HOME_HREF, sessionHref } from '../hooks/use-route.ts'

export interface SessionSearchProps {
  readonly filter: string
  readonly onFilter: (filter: string) => void
  /** What Enter goes to. */
  readonly first: string | undefined
}

/** Finds a conversation by words of its title or directory. Ctrl or ⌘ with K leads here from anywhere. */
export function SessionSearch({ filter, onFilter, first }: SessionSearchProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      // With room for one pane the list is a place of its own.
      if (field.current?.offsetParent === null) location.hash = HOME_HREF
      requestAnimationFrame(() => field.current?.select())
    }
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])
  return (
    <div className="x-search">
      <input
        ref={field}
        type="search"
        aria-label="Find a conversation"
        placeholder={`Find (${MOD}K)`}
        value={filter}
        onChange={(event) => onFilter(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && first !== undefined) {
            location.hash = sessionHref(first)
            onFilter('')
            field.current?.blur()
          } else if (event.key === 'Escape') {
            onFilter('')
            field.current?.blur()
          }
        }}
      />
    </div>
  )
}
