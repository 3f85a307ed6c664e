import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { printDumps } from '../../scripts/print-dumps.ts'
import { parseDump, readDump, readSources } from '../../scripts/read-dump.ts'

describe.each(CODEX_VERSIONS)('the committed dumps of codex %s', (version) => {
  test('are what the binary prints', () => {
    const printed = printDumps(codexBinary(version))
    expect(printed.codex).toBe(version)
    const sources = readSources().filter(({ codex }) => codex === version)
    expect(sources.map(({ api }) => api)).toEqual(['stable', 'experimental'])
    for (const source of sources)
      expect(parseDump(printed.dumps[source.api].toString('utf8'))).toEqual(readDump(source))
  })
})
