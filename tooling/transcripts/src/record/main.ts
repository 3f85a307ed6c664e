import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { renderTranscript } from '@x/codex-appserver/testing'
import { CODEX_VERSIONS, TRANSCRIPT_NAMES } from '../names.ts'
import { transcriptFile } from '../read-transcript.ts'
import { recordScenario } from './record-scenario.ts'

const USAGE = `usage: transcripts:record [--codex VERSION] [name...]
versions: ${CODEX_VERSIONS.join(' ')}
names: ${TRANSCRIPT_NAMES.join(' ')}
`

const { values, positionals } = parseArgs({
  options: { codex: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
})
const versions = CODEX_VERSIONS.filter((version) => values.codex === undefined || values.codex === version)
const names = TRANSCRIPT_NAMES.filter((name) => positionals.length === 0 || positionals.includes(name))
const known = versions.length > 0 && positionals.every((name) => names.some((one) => one === name))

if (values.help === true) {
  process.stdout.write(USAGE)
} else if (!known) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  for (const version of versions) {
    for (const name of names) {
      const transcript = await recordScenario(version, name)
      const file = transcriptFile(version, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, renderTranscript(transcript))
      process.stdout.write(`${version} ${name}: ${transcript.steps.length} steps\n`)
    }
  }
}
