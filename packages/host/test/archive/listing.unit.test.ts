import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ListingCutter } from '../../src/archive/listing.ts'

const name = fc
  .string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 })
  .map((text) => text.replaceAll('\0', 'x'))
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 30 })

function cut(find: 'gnu' | 'busybox', said: Buffer, at: readonly number[]): readonly string[] {
  const cutter = new ListingCutter(find)
  const borders = [0, ...at.map((one) => one % (said.length + 1)).sort((a, b) => a - b), said.length]
  borders.slice(1).forEach((end, index) => cutter.add(said.subarray(borders[index], end)))
  return cutter.end()
}

test('what find says is cut into lines, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(names, fc.array(fc.nat(), { maxLength: 8 }), (some, at) => {
      const lines = some.map((one) => [one, 'f', '644', '5', '1.5', '2.5', '1:2', '1', ''].join('\0'))
      const said = Buffer.from(lines.map((line) => `${line}\0`).join(''), 'latin1')
      expect(cut('gnu', said, at)).toEqual(lines)
      const numbers = some.map(() => '81a4 5 1 2 1:2 1').join('\n')
      const busybox = [numbers, String(some.length), ...some.map((one) => `./${one}`)].join('\0') + '\0'
      const paths = cut('busybox', Buffer.from(busybox, 'latin1'), at).map((line) => line.split('\0')[0])
      expect(paths).toEqual(some)
    }),
  )
})

test('sockets and what is left out are no lines; a list without its end is refused', () => {
  const line = (path: string, type: string) =>
    Buffer.from([path, type, '644', '', '', '', '', '', '', ''].join('\0'))
  const cutter = new ListingCutter('gnu', {
    exclude: (path, type) => path === 'out' && type === 'directory',
  })
  for (const one of [line('s', 's'), line('out', 'd'), line('in', 'l')]) cutter.add(one)
  expect(cutter.end().map((text) => text.slice(0, 4))).toEqual(['in\0l'])
  cutter.add(Buffer.from('half'))
  expect(() => cutter.end()).toThrow(expect.objectContaining({ code: 'io' }))
})

test('a list of busybox that says when it has ended is whole only then', () => {
  const numbers = '41ed 5 1 2 1:2 1'
  const said = (...names: readonly string[]) =>
    Buffer.from([names.map(() => numbers).join('\n'), String(names.length), ...names, ''].join('\0'))
  const lines = (...chunks: readonly Buffer[]) => {
    const cutter = new ListingCutter('busybox', { isMarked: true })
    for (const chunk of chunks) cutter.add(chunk)
    return cutter.end().map((line) => line.split('\0')[0])
  }
  expect(lines(said('.', './a'), said('./b', '/'))).toEqual(['', 'a', 'b'])
  const torn = Buffer.from([numbers, '2', './a', '/', ''].join('\0'))
  const short = Buffer.from(['41ed 5 1', '1', '/', ''].join('\0'))
  for (const bad of [said('.', './a'), said(), torn, short])
    expect(() => lines(bad), bad.toString()).toThrow(expect.objectContaining({ code: 'io' }))
})
