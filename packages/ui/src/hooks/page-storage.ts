/** Storage may be forbidden or full: then nothing is remembered, and nothing breaks. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** What this browser remembers under a name; `undefined` when there is nothing. */
export function remembered(name: string, area: 'local' | 'tab' = 'local'): string | undefined {
  return attempt(() => storage(area).getItem(name)) ?? undefined
}

/** Remembers a text under a name; `undefined` forgets it. `tab`: until the tab is closed. */
export function remember(name: string, text: string | undefined, area: 'local' | 'tab' = 'local'): void {
  attempt(() => (text === undefined ? storage(area).removeItem(name) : storage(area).setItem(name, text)))
}

function storage(area: 'local' | 'tab'): Storage {
  return area === 'local' ? localStorage : sessionStorage
}
