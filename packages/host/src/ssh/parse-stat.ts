import type { FileStat } from '../host-files.ts'

const TYPES: Readonly<Record<number, FileStat['type']>> = {
  0o010000: 'fifo',
  0o040000: 'directory',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
}

/** Mode in hex, size, owner, whole seconds, seconds with their fraction where the tool knows it. */
export function parseStat(text: string): FileStat | undefined {
  const [mode = '', size, uid, seconds, exact = ''] = text.trim().split(' ')
  if (!/^[0-9a-f]+$/.test(mode)) return undefined
  const bits = Number.parseInt(mode, 16)
  const modifiedS = Number(/^-?\d+(\.\d+)?$/.test(exact) ? exact : seconds)
  const found = { size: Number(size), mode: bits & 0o7777, modifiedMs: modifiedS * 1_000, uid: Number(uid) }
  if (Object.values(found).some((value) => !Number.isFinite(value))) return undefined
  return { type: TYPES[bits & 0o170000] ?? 'other', ...found }
}
