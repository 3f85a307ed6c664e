import { parseArgs } from 'node:util'
import { compareProtocols } from './diff/compare-protocols.ts'
import { loadProtocol } from './diff/load-protocol.ts'
import { renderDiff } from './diff/render-diff.ts'
import { usedMethods } from './diff/used-methods.ts'

// `pnpm schema:diff A B [--json]`: what changed from A to B. Each is a committed version, a directory of dumps or a
// native Codex binary. Exit status: 0 when nothing that we use broke, 1 when something did, 2 when it cannot be told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads may have read enough, as `head` does.
  if (error.code !== 'EPIPE') throw error
})
try {
  // pnpm hands on the `--` that some put before the arguments of a script.
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [before, after, ...rest] = positionals
  if (before === undefined || after === undefined || rest.length > 0)
    throw new TypeError('expected two versions, directories or binaries: pnpm schema:diff A B [--json]')
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  const diff = compareProtocols(loadProtocol(before, cwd), loadProtocol(after, cwd), usedMethods)
  process.stdout.write(`${values.json ? JSON.stringify(diff, null, 2) : renderDiff(diff)}\n`)
  process.exitCode = diff.changes.some(({ breaking }) => breaking) ? 1 : 0
} catch (error) {
  process.stderr.write(`schema:diff: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
