import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { CODEX_VERSIONS, codexBinary, privateDirectory } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { DUMP_FILE, flattenDump, readDump, readSources } from '../../scripts/read-dump.ts'

const run = promisify(execFile)

describe.each(CODEX_VERSIONS)('the committed dump of codex %s', (version) => {
  test('is what the binary prints', async () => {
    await using scratch = await privateDirectory()
    const env = { PATH: '/usr/bin:/bin', HOME: scratch.path, CODEX_HOME: scratch.path }
    await run(codexBinary(version), ['app-server', 'generate-json-schema', '--out', scratch.path], { env })
    const printed = JSON.parse(await readFile(path.join(scratch.path, DUMP_FILE), 'utf8')) as Parameters<
      typeof flattenDump
    >[0]
    const source = readSources().find(({ codex }) => codex === version)
    expect(source).toBeDefined()
    if (source) expect(flattenDump(printed)).toEqual(readDump(source))
  })
})
