/**
 * One build for every package: ES modules, types beside them, a source map, no bundled dependency.
 * `overrides` is for what a package truly needs, such as `platform: 'browser'`.
 * Plain JavaScript, because tsup loads what a config imports without compiling it.
 */
export function tsupBase(entry, overrides = {}) {
  return {
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    // Starting the demo runs JavaScript only; types take most of a build's time.
    dts: process.env.X_BUILD !== 'start',
    sourcemap: true,
    clean: true,
    splitting: true,
    // `node:sqlite` and `node:test` exist only with their prefix.
    removeNodeProtocol: false,
    esbuildOptions: (options) => {
      options.conditions = ['import', 'node']
    },
    ...overrides,
  }
}
