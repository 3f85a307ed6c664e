import type { SeededRandom } from '../seeded-random.ts'
import { END, longEntry, paxEntry, tarEntry } from './tar-bytes.ts'

/** What an attack may do, and where. */
export interface Attack {
  /** Blocks of the archive, without its end. */
  readonly blocks: readonly Buffer[]
  /** The same of an increment that is restored with it. */
  readonly increment?: readonly Buffer[]
  /** It must be refused; what is not may be unpacked as long as it is harmless. */
  readonly mustBeRefused: boolean
}

/** @param outside a directory with `secret` in it, absolute; `../outside` is the way to it from the target */
type Make = (outside: string, random: SeededRandom) => Attack

const ID = 'a'.repeat(64)
const NEXT_ID = 'b'.repeat(64)
const refused = (...blocks: readonly Buffer[]): Attack => ({ blocks, mustBeRefused: true })
const harmless = (...blocks: readonly Buffer[]): Attack => ({ blocks, mustBeRefused: false })
const link = (name: string, target: string) => tarEntry({ name, type: '2', link: target })
const hard = (name: string, target: string) => tarEntry({ name, type: '1', link: target })
const directory = (name: string, mode = 0o755) => tarEntry({ name, type: '5', mode })
const evil = (name: string) => tarEntry({ name, body: 'evil\n' })

/** Every way in that we know of. */
export const ATTACKS: Readonly<Record<string, Make>> = {
  'parent directory': () => refused(evil('../outside/evil')),
  'parent in the middle': () => refused(directory('d'), evil('d/../../outside/evil')),
  'absolute name': (outside) => refused(evil(`${outside}/evil`)),
  'absolute name in pax': (outside) => refused(paxEntry({ path: `${outside}/evil` }), evil('plain')),
  'parent in a long name': () => refused(longEntry('L', '../outside/evil'), evil('plain')),
  'file through a link': () => refused(link('l', '../outside'), evil('l/evil')),
  'file through an absolute link': (outside) => refused(link('l', outside), evil('l/evil')),
  'directory through a link': () => refused(link('l', '../outside'), directory('l/evil')),
  'file through two links': () => refused(link('a', '..'), link('b', 'a/outside'), evil('b/evil')),
  'link below a link': () => refused(link('a', '.'), link('a/b', '../outside'), evil('b/evil')),
  'link, then a file of its name': () => refused(link('l', '../outside/secret'), evil('l')),
  'directory, then a link of its name': () =>
    refused(directory('d'), link('d', '../outside'), evil('d/evil')),
  'directory over a link': () => refused(link('d', '../outside'), directory('d'), evil('d/evil')),
  'hard link out': () => refused(hard('h', '../outside/secret'), evil('h')),
  'absolute hard link': (outside) => refused(hard('h', `${outside}/secret`)),
  'absolute hard link in pax': (outside) =>
    refused(paxEntry({ linkpath: `${outside}/secret` }), hard('h', 'x')),
  'hard link through a link': () => refused(link('l', '../outside'), hard('h', 'l/secret'), evil('h')),
  'hard link to a link': () => harmless(link('l', '../outside/secret'), hard('h', 'l')),
  'hard link to a link, then a file': () =>
    refused(link('l', '../outside/secret'), hard('h', 'l'), evil('h')),
  'character device': () => refused(tarEntry({ name: 'null', type: '3' })),
  'block device': () => refused(tarEntry({ name: 'disk', type: '4' })),
  FIFO: () => refused(tarEntry({ name: 'fifo', type: '6' })),
  'setuid, setgid and sticky': () =>
    harmless(
      tarEntry({ name: 'tool', mode: 0o6755, body: 'x' }),
      tarEntry({ name: 'd', type: '5', mode: 0o7777 }),
    ),
  'links out that nobody follows': () => harmless(link('l', '../outside/secret'), link('m', '/etc/passwd')),
  'a name twice': () => refused(evil('f'), evil('./f')),
  'a file below a file': () => refused(evil('f'), evil('f/g')),
  'a name that is too long': () => refused(longEntry('L', 'n'.repeat(300)), evil('plain')),
  'a path that is too long': () => refused(longEntry('L', 'd/'.repeat(5_000)), evil('plain')),
  'a header inside a body': () =>
    harmless(paxEntry({ size: '1024' }), tarEntry({ name: 'f', size: 0 }), evil('../outside/evil')),
  'a size that two readers read otherwise': () =>
    refused(paxEntry({ size: '0' }), tarEntry({ name: 'f', body: Buffer.concat([evil('../outside/evil')]) })),
  'a body behind a link': () => refused(tarEntry({ name: 'l', type: '2', link: 'x', body: evil('../evil') })),
  'names for all entries': () => refused(paxEntry({ path: '../outside/evil' }, 'g'), evil('plain')),
  'a second archive behind the end': () => refused(evil('good'), END, evil('../outside/evil')),
  'a second archive that is announced': () =>
    refused(
      paxEntry({ 'X.archive.manifest': ID, 'X.archive.joined': '1' }, 'g'),
      evil('good'),
      END,
      evil('../x'),
    ),
  'deletion outside': () =>
    refused(
      paxEntry({ 'X.archive.manifest': ID, 'X.archive.base': ID, 'X.archive.deleted': '../outside' }, 'g'),
    ),
  'a mode for what a link has replaced': (outside) => ({
    ...harmless(paxEntry({ 'X.archive.manifest': ID }, 'g'), directory('d'), directory('d/secret', 0o666)),
    increment: [
      paxEntry({ 'X.archive.manifest': NEXT_ID, 'X.archive.base': ID, 'X.archive.deleted': 'd' }, 'g'),
      link('d', outside),
    ],
  }),
  'a base that nobody has': () => refused(paxEntry({ 'X.archive.manifest': ID, 'X.archive.base': ID }, 'g')),
  'a sparse bomb': () => refused(...sparse(String(2 ** 52), '0\n')),
  'a sparse map beyond its file': () => refused(...sparse('10', '1\n5\n512\n')),
  'a file that is too large': () => refused(tarEntry({ name: 'f', size: 8 ** 11 - 1 })),
  'a bomb of zeros': () => refused(tarEntry({ name: 'f', body: Buffer.alloc(20 * 2 ** 20) })),
  'a flood of entries': () =>
    refused(...Array.from({ length: 3_000 }, (_, index) => tarEntry({ name: `f${index}` }))),
  'a flood of directories that no entry names': () =>
    refused(...Array.from({ length: 60 }, (_, index) => evil(`${index}/${'a/'.repeat(39)}f`))),
  'a flood of headers': () =>
    refused(...Array.from({ length: 3_000 }, () => paxEntry({ comment: 'x' }, 'g'))),
  'an endless header': () => refused(tarEntry({ name: 'pax', type: 'x', size: 8 ** 11 - 1 })),
  noise: (_outside, random) =>
    refused(Buffer.from(Array.from({ length: 4_096 }, () => random.between(0, 255)))),
}

/** Limits under which the bombs are bombs and nothing else is. */
export const LIMITS = { maxBytes: 16 * 2 ** 20, maxEntries: 2_000 } as const

function sparse(realSize: string, map: string): readonly Buffer[] {
  const records = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 's' }
  const body = Buffer.concat([Buffer.from(map.padEnd(512, '\0')), Buffer.alloc(512)])
  return [
    paxEntry({ ...records, 'GNU.sparse.realsize': realSize }),
    tarEntry({ name: 's', body: map === '0\n' ? body.subarray(0, 512) : body }),
  ]
}
