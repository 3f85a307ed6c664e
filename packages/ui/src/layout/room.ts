import { useSyncExternalStore } from 'react'

/** How many panes the window has room for: one, two (from 700 px), or three (from 1100 px). */
export type Room = 1 | 2 | 3

const TWO = '(min-width: 700px)'
const THREE = '(min-width: 1100px)'

/** The room now; drawn again when the window passes one of the two widths. */
export function useRoom(): Room {
  return useSyncExternalStore(subscribe, read, read)
}

function subscribe(listener: () => void): () => void {
  const queries = [TWO, THREE].map((query) => matchMedia(query))
  for (const query of queries) query.addEventListener('change', listener)
  return () => {
    for (const query of queries) query.removeEventListener('change', listener)
  }
}

function read(): Room {
  if (matchMedia(THREE).matches) return 3
  return matchMedia(TWO).matches ? 2 : 1
}
