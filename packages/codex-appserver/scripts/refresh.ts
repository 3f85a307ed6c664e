import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { printDumps } from './print-dumps.ts'
import { DUMPS, readSources, SCHEMA_DIRECTORY, sha256, type Api, type DumpSource } from './read-dump.ts'
import { writeGenerated } from './write-generated.ts'

// `pnpm schema:refresh BINARY`: asks a native Codex binary for its protocol, keeps what it prints in
// schema/<version>/ and generates anew.

function refresh(binary: string): readonly DumpSource[] {
  const { codex, dumps } = printDumps(binary)
  mkdirSync(path.join(SCHEMA_DIRECTORY, codex), { recursive: true })
  return (Object.keys(DUMPS) as Api[]).map((api) => {
    const bytes = dumps[api]
    const file = `${codex}/${DUMPS[api].file}`
    writeFileSync(path.join(SCHEMA_DIRECTORY, file), bytes)
    return { codex, api, command: DUMPS[api].command, file, bytes: bytes.length, sha256: sha256(bytes) }
  })
}

function byVersion(one: DumpSource, other: DumpSource): number {
  return one.codex.localeCompare(other.codex, 'en', { numeric: true })
}

const binary = process.argv[2]
if (!binary) throw new TypeError('expected the path of a native Codex binary: pnpm schema:refresh BINARY')
const renewed = refresh(path.resolve(process.env['INIT_CWD'] ?? '.', binary))
const known = existsSync(path.join(SCHEMA_DIRECTORY, 'SOURCE.json')) ? readSources() : []
const kept = known.filter(({ codex }) => codex !== renewed[0]?.codex)
const dumps = [...kept, ...renewed].sort(byVersion)
writeFileSync(path.join(SCHEMA_DIRECTORY, 'SOURCE.json'), `${JSON.stringify({ dumps }, null, 2)}\n`)
await writeGenerated()
