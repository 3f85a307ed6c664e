/** The browser's window, for both sides: dark, as xterm.js is unless it is told otherwise. */
export const WINDOW = { viewport: { width: 1000, height: 700 }, colorScheme: 'dark' } as const
