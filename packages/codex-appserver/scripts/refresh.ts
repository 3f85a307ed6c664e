import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { DUMP_FILE, readSources, SCHEMA_DIRECTORY, sha256, type DumpSource } from './read-dump.ts'

// `pnpm schema:refresh BINARY`: asks a native Codex binary for its protocol and commits it to schema/<version>/.
const COMMAND = 'codex app-server generate-json-schema --out DIR'

function refresh(binary: string): DumpSource {
  // The binary wants a home even to print its schema; it must not be the person's own.
  const scratch = mkdtempSync(path.join(SCHEMA_DIRECTORY, '.refresh-'))
  const env = { PATH: '/usr/bin:/bin', HOME: scratch, CODEX_HOME: scratch }
  try {
    const printed = execFileSync(binary, ['--version'], { encoding: 'utf8', env })
    const codex = /(\d+\.\d+\.\d+\S*)\s*$/.exec(printed.trim())?.[1]
    if (!codex) throw new Error(`cannot read a version out of ${JSON.stringify(printed)}`)
    execFileSync(binary, ['app-server', 'generate-json-schema', '--out', path.join(scratch, 'out')], { env })
    const file = `${codex}/${DUMP_FILE}`
    mkdirSync(path.join(SCHEMA_DIRECTORY, codex), { recursive: true })
    copyFileSync(path.join(scratch, 'out', DUMP_FILE), path.join(SCHEMA_DIRECTORY, file))
    const bytes = readFileSync(path.join(SCHEMA_DIRECTORY, file))
    return { codex, command: COMMAND, file, bytes: bytes.length, sha256: sha256(bytes) }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function byVersion(one: DumpSource, other: DumpSource): number {
  return one.codex.localeCompare(other.codex, 'en', { numeric: true })
}

const binary = process.argv[2]
if (!binary) throw new TypeError('expected the path of a native Codex binary: pnpm schema:refresh BINARY')
const dump = refresh(path.resolve(process.env['INIT_CWD'] ?? '.', binary))
const known = existsSync(path.join(SCHEMA_DIRECTORY, 'SOURCE.json')) ? readSources() : []
const dumps = [...known.filter(({ codex }) => codex !== dump.codex), dump].sort(byVersion)
writeFileSync(path.join(SCHEMA_DIRECTORY, 'SOURCE.json'), `${JSON.stringify({ dumps }, null, 2)}\n`)
