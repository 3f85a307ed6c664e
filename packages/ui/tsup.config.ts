import { tsupBase } from '@x/tsup'

// The style sheet is built like an entry: one file from the many that it imports.
export default {
  ...tsupBase({
    index: 'src/index.ts',
    terminal: 'src/terminal/index.ts',
    styles: 'src/styles.css',
    'terminal-styles': 'src/terminal/terminal.css',
  }),
  dts: { entry: { index: 'src/index.ts', terminal: 'src/terminal/index.ts' } },
}
