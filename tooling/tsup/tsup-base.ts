import type { Options } from 'tsup'

/**
 * One build for every package: ES modules, types beside them, a source map, no bundled dependency.
 * `overrides` is for what a package truly needs, such as `platform: 'browser'`.
 */
export function tsupBase(entry: Record<string, string>, overrides: Options = {}): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    dts: true,
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
