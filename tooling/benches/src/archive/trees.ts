import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the workspace has installed: some 16,000 files, small ones and a few large ones, with symlinks. */
const SOURCE = fileURLToPath(new URL('../../../../node_modules/.pnpm', import.meta.url))
const PLAIN_FILES = 8_000

export type TreeKind = 'plain' | 'packages'

/**
 * - `plain`: the 8,000 largest files of the packages, some 300 MiB, and no links.
 * - `packages`: all of them as pnpm lays them out, every file with a second name in a store that is not in the tree.
 */
const SCRIPTS: Readonly<Record<TreeKind, string>> = {
  plain: `
    mkdir "$2" && cd "$1" && find . -type f -printf '%s %p\\0' | sort -z -rn | head -z -n ${PLAIN_FILES} | cut -z -d ' ' -f 2- |
      xargs -0 cp --parents --no-preserve=links -p -t "$2"`,
  packages: `cp -a "$1" "$2" && cp -al "$2" "$2.store"`,
}

/** Makes a tree at `directory`, where nothing is, readable for everybody. */
export async function makeTree(kind: TreeKind, directory: string): Promise<void> {
  await run('sh', ['-ec', SCRIPTS[kind], 'sh', SOURCE, directory])
  await run('chmod', ['-R', 'a+rX', directory])
}

/** Adds a line to every hundredth file. */
export async function changeOneInAHundred(directory: string): Promise<void> {
  const script = `
    cd "$1" && find . -type f | LC_ALL=C sort | awk 'NR % 100 == 0' >"$1.changed"
    while IFS= read -r file; do echo changed >>"$file"; done <"$1.changed"
    rm "$1.changed"`
  await run('sh', ['-ec', script, 'sh', directory])
}
