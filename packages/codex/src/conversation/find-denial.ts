import path from 'node:path'
import type { Command, Item, Refusal } from '@x/agents/conversation'
import type { Boundaries } from '../posture/boundaries.ts'
import { isWithin } from '../posture/grants.ts'

/** How much of the end of an output is looked at. What a command ends with is why it ended. */
const MAX_LOOKED_AT = 16 * 1024

const READ_ONLY = /read-only file system/i
const FORBIDDEN = /permission denied|operation not permitted|\bEACCES\b|\bEPERM\b/i
const WRITING =
  /cannot (create|touch|remove|make|move|open .* for writ)|line \d+: |^[a-z/]*sh: \d+: |, (open|mkdir|unlink|rename)\b/i
const UNREACHABLE =
  /could not resolve host|temporary failure in name resolution|name or service not known|network is unreachable|getaddrinfo (EAI_AGAIN|ENOTFOUND|EPERM)|connect EPERM|socket: operation not permitted/i

/**
 * What of a failed command's output tells that it was the sandbox: the newest such line. `undefined` when nothing
 * does. Pure.
 *
 * Careful on purpose: that a file system is read-only counts only with the place; that something is forbidden only
 * where the sandbox hides it, since an ordinary account is told the same; that the network is gone only when it is
 * closed.
 */
export function findDenial(
  command: Pick<Command, 'output' | 'cwd' | 'exitCode'>,
  boundaries: Boundaries,
): Refusal | undefined {
  if (command.exitCode === undefined || command.exitCode === 0) return undefined
  const lines = command.output.slice(-MAX_LOOKED_AT).split('\n')
  for (const line of lines.reverse()) {
    const denial = denialIn(line, command.cwd, boundaries)
    if (denial) return denial
  }
  return undefined
}

/** The item with what stood in its way, when it is a command that failed for that. */
export function withRefusal(item: Item, boundaries: Boundaries): Item {
  if (item.type !== 'command' || item.refusal || item.status !== 'failed') return item
  const refusal = findDenial(item, boundaries)
  return refusal ? { ...item, refusal } : item
}

function denialIn(line: string, cwd: string, boundaries: Boundaries): Refusal | undefined {
  if (!boundaries.network && UNREACHABLE.test(line)) return { denied: 'network' }
  const isReadOnly = READ_ONLY.test(line)
  if (!isReadOnly && !FORBIDDEN.test(line)) return undefined
  const place = placeIn(line, cwd)
  if (place === undefined) return undefined
  if (isReadOnly) return { denied: 'write', path: place }
  const { hidden, open } = boundaries
  if (!hidden.some((root) => isWithin(root, place)) || open.some((root) => isWithin(root, place)))
    return undefined
  return { denied: WRITING.test(line) ? 'write' : 'read', path: place }
}

/** The place that a message names: the last quoted one, else what stands right before the reason. */
function placeIn(line: string, cwd: string): string | undefined {
  const quoted = [...line.matchAll(/'([^']+)'|"([^"]+)"|`([^`']+)[`']|‘([^‘’]+)’/g)].at(-1)
  const before = /(?:^|: )([^:]+): (?:read-only file system|permission denied|operation not permitted)/i.exec(
    line,
  )?.[1]
  const named =
    quoted?.slice(1).find((part: string | undefined) => part !== undefined) ??
    /(?:^|\s)(\/.*)$/.exec(before ?? '')?.[1] ??
    before
  if (named === undefined || named.trim() === '' || named.includes('\0')) return undefined
  if (quoted === undefined && !named.startsWith('/') && /\s/.test(named)) return undefined
  if (!path.posix.isAbsolute(named) && cwd === '') return undefined
  return path.posix.resolve(cwd, named)
}
