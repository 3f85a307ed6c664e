import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

/** The page: `web/` becomes `dist/web/`, beside the server's own `dist/`. */
export default defineConfig({
  root: fileURLToPath(new URL('./web', import.meta.url)),
  plugins: [react()],
  // Sources, not builds, of the workspace: no package has to be built before the page.
  resolve: { conditions: ['@x/source', ...defaultClientConditions] },
  build: {
    outDir: fileURLToPath(new URL('./dist/web', import.meta.url)),
    emptyOutDir: true,
    // The whole page, and one pane of it each.
    rolldownOptions: {
      input: ['index', 'terminal', 'chat'].map((name) =>
        fileURLToPath(new URL(`./web/${name}.html`, import.meta.url)),
      ),
    },
    sourcemap: true,
    // The page's policy allows no inline scripts, styles or images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Colours are written with light-dark(); older engines are not served.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    target: 'es2023',
  },
})
