import type { Options } from 'tsup'

/** One build for every package: ES modules, types beside them, a source map, no bundled dependency. */
export function tsupBase(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    esbuildOptions: (options) => {
      options.conditions = ['import', 'node']
    },
  }
}
