import { useTheme } from './use-theme.ts'

const WORDS = { system: 'System colours', light: 'Light', dark: 'Dark' } as const

/** The quiet button that changes between the system's colours, light and dark. */
export function ThemeSwitch() {
  const [theme, next] = useTheme()
  return (
    <button type="button" className="x-quiet" onClick={next} aria-label={`Theme: ${WORDS[theme]}`}>
      {WORDS[theme]}
    </button>
  )
}
