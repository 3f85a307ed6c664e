/**
 * Who may import whom, as data. Arrows point down; a package that is not named here may import no workspace package.
 * An entry without a subpath allows the root and every subpath that is not set aside below.
 */
export const LAYERS = {
  '@x/host': [],
  '@x/codex-appserver': [],
  '@x/responses': [],
  '@x/agents': ['@x/host'],
  '@x/codex': ['@x/agents', '@x/host', '@x/codex-appserver'],
  '@x/runner': ['@x/agents', '@x/codex'],
  '@x/ui': ['@x/agents/conversation'],
}

/** What tests of every package may use besides: no package of the product, a leaf that plays the model, or recordings. */
export const TEST_HELPERS = ['@x/fixtures', '@x/responses', '@x/transcripts', '@x/vitest']

/** Subpaths that load a heavy part. A library receives such a thing as an interface; only an application opens it. */
export const HEAVY_SUBPATHS = ['@x/host/ssh', '@x/agents/sqlite', '@x/agents/mongo']

/** Parts that cost start-up time or a native binding: each is at home in one folder. */
export const HEAVY_PARTS = {
  ssh2: { packageName: '@x/host', folder: 'src/ssh/' },
  mongodb: { packageName: '@x/agents', folder: 'src/mongo/' },
  'node:sqlite': { packageName: '@x/agents', folder: 'src/sqlite/' },
  '@photostructure/sqlite': { packageName: '@x/agents', folder: 'src/sqlite/' },
}

/** Packages that know Codex's protocol by name; everyone else speaks the nouns of `@x/agents`. */
export const SPEAKS_WIRE = ['@x/codex-appserver', '@x/codex']
