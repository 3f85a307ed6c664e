import { HostError } from '../errors.ts'
import { parseConfigLine, splitArguments, type ConfigLine } from './config-line.ts'
import { matchesAnyPattern } from './host-pattern.ts'

/** A file of the client's config. */
export interface ConfigFile {
  /** For messages. */
  readonly name: string
  readonly text: string
}

/** The client's config, and what it includes. */
export interface ClientConfig {
  readonly files: readonly ConfigFile[]
  /** The files that an argument of `Include` names, sorted; those that are not there are none. */
  include(pattern: string): Promise<readonly ConfigFile[]>
}

/** Whom the config is asked about. */
export interface ConfigQuery {
  /** As the person has written it. */
  readonly host: string
  readonly user: string | undefined
  /** Who we are. */
  readonly localUser: string
}

/** Keywords in lower case; of each the arguments that were found first, but for those that add up. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>

const UNDERSTOOD: ReadonlySet<string> = new Set([
  'hostname',
  'user',
  'port',
  'identityfile',
  'identitiesonly',
  'identityagent',
  'proxyjump',
  'proxycommand',
  'proxyusefdpass',
  'hostkeyalias',
  'userknownhostsfile',
  'stricthostkeychecking',
  'connecttimeout',
  'serveraliveinterval',
  'serveralivecountmax',
])
/** What is left of the line goes to a shell, or is taken apart elsewhere. */
const WHOLE_LINE: ReadonlySet<string> = new Set(['proxycommand', 'proxyjump'])
/** Of the two, whichever is found first counts. */
const RIVALS: ReadonlyMap<string, string> = new Map([
  ['proxycommand', 'proxyjump'],
  ['proxyjump', 'proxycommand'],
])
const MAX_DEPTH = 16
/** Files that include each other could be read for ever. */
const MAX_FILES = 1_000

/**
 * Reads a config as OpenSSH's client does: what is found first counts. `Host` and `Match` begin blocks, `Include` stands
 * for its files where their own blocks end with them. `Match exec` never matches, nor does a criterion that we do not
 * know: reading a config runs nothing.
 * @throws HostError `io` for a quote without an end, and for includes without one
 * @see https://man.openbsd.org/ssh_config
 */
export async function evaluateConfig(config: ClientConfig, query: ConfigQuery): Promise<ConfigValues> {
  const evaluation = new Evaluation(config, query)
  await evaluation.run()
  return evaluation.values
}

class Evaluation {
  readonly values = new Map<string, readonly string[]>()
  readonly #config: ClientConfig
  readonly #query: ConfigQuery
  /** What `Host` is compared with. */
  #host: string
  #isFinal = false
  #wantsFinal = false
  #files = 0

  constructor(config: ClientConfig, query: ConfigQuery) {
    this.#config = config
    this.#query = query
    this.#host = query.host
    if (query.user !== undefined) this.values.set('user', [query.user])
  }

  async run(): Promise<void> {
    for (const file of this.#config.files) await this.#read(file, 0)
    if (!this.#wantsFinal) return
    this.#host = this.#hostName()
    // The name is settled by then.
    this.values.set('hostname', [this.#host])
    this.#isFinal = true
    for (const file of this.#config.files) await this.#read(file, 0)
  }

  async #read({ name, text }: ConfigFile, depth: number): Promise<void> {
    this.#files += 1
    if (depth > MAX_DEPTH || this.#files > MAX_FILES)
      throw new HostError('io', `${name} is included too deeply, or by itself`)
    let isActive = true
    for (const [index, line] of text.split('\n').entries()) {
      const parsed = parseConfigLine(line)
      if (parsed === undefined) continue
      const { keyword } = parsed
      const args = (): readonly string[] => argumentsOf(parsed, `${name}, line ${index + 1}`)
      if (keyword === 'host') isActive = matchesAnyPattern(args(), this.#host)
      else if (keyword === 'match') isActive = this.#matches(args())
      else if (!isActive) continue
      else if (keyword === 'include') await this.#include(args(), depth)
      else if (UNDERSTOOD.has(keyword)) this.#set(parsed, args)
    }
  }

  async #include(patterns: readonly string[], depth: number): Promise<void> {
    for (const pattern of patterns) {
      for (const file of await this.#config.include(pattern)) await this.#read(file, depth + 1)
    }
  }

  #set({ keyword, rest }: ConfigLine, args: () => readonly string[]): void {
    const rival = RIVALS.get(keyword)
    if (rival !== undefined && this.values.has(rival)) return
    const found = WHOLE_LINE.has(keyword) ? [rest] : args()
    const before = this.values.get(keyword)
    if (found.length === 0) return
    if (before === undefined) this.values.set(keyword, found)
    else if (keyword === 'identityfile')
      this.values.set(keyword, [...before, ...found.filter((file) => !before.includes(file))])
  }

  #matches(criteria: readonly string[]): boolean {
    let isMatch = criteria.length > 0
    const left = [...criteria]
    for (let word = left.shift(); word !== undefined; word = left.shift()) {
      const isNegated = word.startsWith('!')
      const [criterion = '', glued] = word.slice(isNegated ? 1 : 0).split(/=(.*)/s)
      const holds = this.#holds(criterion.toLowerCase(), () => valueOf(glued, left))
      // All are looked at: one of them may ask for another pass.
      if (holds === undefined || holds === isNegated) isMatch = false
    }
    return isMatch
  }

  /** @returns `undefined` for what nobody here can tell */
  #holds(criterion: string, value: () => string): boolean | undefined {
    const among = (name: string): boolean => matchesAnyPattern(value().split(','), name)
    switch (criterion) {
      case 'all':
        return true
      case 'final':
        this.#wantsFinal = true
        return this.#isFinal
      case 'canonical':
        return this.#isFinal
      case 'host':
        return among(this.#hostName().toLowerCase())
      case 'originalhost':
        return among(this.#query.host)
      case 'user':
        return among(this.values.get('user')?.[0] ?? this.#query.localUser)
      case 'localuser':
        return among(this.#query.localUser)
      default:
        value()
        return undefined
    }
  }

  #hostName(): string {
    const name = this.values.get('hostname')?.[0]
    return name === undefined ? this.#host : name.replaceAll('%h', this.#query.host)
  }
}

/** Behind the criterion, or behind a `=` that may have blanks around it. */
function valueOf(glued: string | undefined, left: string[]): string {
  if (glued !== undefined && glued !== '') return glued
  const next = left.shift() ?? ''
  if (glued === '' || !next.startsWith('=')) return next
  return next === '=' ? (left.shift() ?? '') : next.slice(1)
}

function argumentsOf({ keyword, rest }: ConfigLine, where: string): readonly string[] {
  const args = splitArguments(rest)
  if (args === undefined) throw new HostError('io', `a quote without an end: ${keyword} in ${where}`)
  return args
}
