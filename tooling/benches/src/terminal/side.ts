/** The browser's window, for both sides. */
export const WINDOW = { width: 1000, height: 700 }
