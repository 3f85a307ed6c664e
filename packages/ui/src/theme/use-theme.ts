import { useCallback, useSyncExternalStore } from 'react'
import { Store } from '../connection/store.ts'
import { remember, remembered } from '../hooks/page-storage.ts'

/** `system`: as the machine is set. */
export type Theme = 'system' | 'light' | 'dark'

const NAME = 'x:theme'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const CURRENT = new Store<Theme>('system')

/** Draws the page in the theme that was chosen earlier. Call it before the first paint. */
export function restoreTheme(): void {
  apply(THEMES.find((theme) => theme === remembered(NAME)) ?? 'system')
}

/** The theme, and the way to the next one: system, light, dark. */
export function useTheme(): readonly [Theme, () => void] {
  const theme = useSyncExternalStore(CURRENT.subscribe, CURRENT.read, CURRENT.read)
  const next = useCallback(() => {
    const following = THEMES[(THEMES.indexOf(CURRENT.read()) + 1) % THEMES.length] ?? 'system'
    remember(NAME, following === 'system' ? undefined : following)
    apply(following)
  }, [])
  return [theme, next]
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  CURRENT.write(theme)
}
