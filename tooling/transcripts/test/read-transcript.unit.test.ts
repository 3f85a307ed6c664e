import { renderTranscript } from '@x/codex-appserver/testing'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CODEX_VERSIONS, readTranscript, TRANSCRIPT_NAMES, transcriptFile } from '../src/index.ts'

describe.each(CODEX_VERSIONS)('the transcripts of %s', (version) => {
  test('are all there, and no others', () => {
    const files = readdirSync(path.dirname(transcriptFile(version, 'plan'))).sort()
    expect(files).toEqual(TRANSCRIPT_NAMES.map((name) => `${name}.jsonl`).sort())
  })

  test.each(TRANSCRIPT_NAMES)('%s is what it says, begins with a handshake, and is small', (name) => {
    const { header, steps } = readTranscript(version, name)
    expect(header).toMatchObject({ transcript: 1, name, codex: version })
    expect(steps[0]).toMatchObject({ expect: { method: 'initialize' } })
    expect(steps.at(-1)).toHaveProperty('exit')
    const text = readFileSync(transcriptFile(version, name), 'utf8')
    expect(renderTranscript({ header, steps })).toBe(text)
    expect(text.length).toBeLessThan(128 * 1_024)
  })

  test.each(TRANSCRIPT_NAMES)('%s says nothing of the machine that recorded it', (name) => {
    const text = readFileSync(transcriptFile(version, name), 'utf8')
    const paths = text.match(/(?<![\w:.])\/(?:root|home|var|tmp|Users|opt)\/[\w./-]*/g) ?? []
    expect(paths.filter((found) => !/^\/(?:home\/person|opt\/codex)\b/.test(found))).toEqual([])
    expect(text).not.toMatch(/127\.0\.0\.1:\d\d/)
  })
})
