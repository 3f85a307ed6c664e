import { hideSecrets } from '../wire/redact-line.ts'
import type { TranscriptStep } from './transcript.ts'

/** What is particular to the machine and the moment of a recording. */
export interface NormaliseOptions {
  /** Texts and what stands for them, such as a scratch directory and `/home/person`. Longer texts are replaced first. */
  readonly replace?: Readonly<Record<string, string>>
}

/** 2026-01-01T00:00:00Z, in seconds: every recording happens at that moment. */
const EPOCH_SECONDS = 1_767_225_600

const SECRET_KEY = /token|secret|password|authorization|api_?key|credential/i
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-([1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g
const RANDOM_ID = /\b(msg|rs|fc|ctc|call|resp|item|exec|ws)_([0-9A-Za-z]{12,})\b/g
const ISO_TIME = /\b\d{4}-\d\d-\d\d([T ])\d\d[:-]\d\d[:-]\d\d(?:\.\d+)?(Z?)/g
/** As in the path of a session's file. */
const DATE_PATH = /\/\d{4}\/\d\d\/\d\d\//g
const LOOPBACK = /\b(127\.0\.0\.1|localhost):\d{2,5}\b/g
const PLATFORM = /\([^()]*;\s*(?:x86_64|aarch64|arm64)\)/g

/**
 * Makes a recording that says nothing of the machine and the moment, so that recording again gives the same file:
 * the given texts, ids (numbered by first appearance, of the same form), times, durations, ports, process ids and
 * what looks like a secret.
 */
export function normaliseTranscript(
  steps: readonly TranscriptStep[],
  options: NormaliseOptions = {},
): readonly TranscriptStep[] {
  const replacements = Object.entries(options.replace ?? {}).sort(([a], [b]) => b.length - a.length)
  const number = numbering()
  const text = (value: string): string => {
    let result = hideSecrets(value)
    for (const [from, to] of replacements) result = result.replaceAll(from, to)
    return result
      .replaceAll(UUID, (uuid, version: string) => uuidOf(version, number('uuid', uuid)))
      .replaceAll(RANDOM_ID, (id, kind: string) => `${kind}_${padded(number(kind, id), 12)}`)
      .replaceAll(
        ISO_TIME,
        (_time, separator: string, zone: string) => `2026-01-01${separator}00:00:00${zone}`,
      )
      .replaceAll(DATE_PATH, '/2026/01/01/')
      .replaceAll(LOOPBACK, '$1:1')
      .replaceAll(PLATFORM, '(Linux; x86_64)')
  }
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (SECRET_KEY.test(key)) return '[removed]'
      return key === 'processId' ? String(number('process', value)) : text(value)
    }
    if (typeof value === 'number') return numberOf(key, value)
    if (Array.isArray(value)) return value.map((each) => walk(each, key))
    if (typeof value !== 'object' || value === null) return value
    // The name of the machine stands beside the number of its installation, and nowhere else.
    const named = 'installationId' in value && 'serverName' in value ? { serverName: 'machine' } : {}
    return Object.fromEntries(
      Object.entries({ ...value, ...named }).map(([name, each]) => [text(name), walk(each, name)]),
    )
  }
  return steps.map((step) => walk(step, '') as TranscriptStep)
}

/** Times and durations by the name of their field. All of one kind are equal: their order is that of the lines. */
function numberOf(key: string, value: number): number {
  if (/AtMs$/.test(key)) return EPOCH_SECONDS * 1_000
  if (/(?:^|[a-z])At$/.test(key)) return value > 1e11 ? EPOCH_SECONDS * 1_000 : EPOCH_SECONDS
  if (/(?:duration|elapsed|timeToFirst\w*)(?:Ms|Seconds)?$/i.test(key)) return 1
  return value
}

/** Numbers the texts of each kind from 1, in the order of their first appearance. */
function numbering(): (kind: string, text: string) => number {
  const seen = new Map<string, Map<string, number>>()
  return (kind, text) => {
    const known = seen.get(kind) ?? new Map<string, number>()
    seen.set(kind, known)
    const number = known.get(text) ?? known.size + 1
    known.set(text, number)
    return number
  }
}

function uuidOf(version: string, number: number): string {
  return `00000000-0000-${version}000-8000-${padded(number, 12)}`
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0')
}
