import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TailFrames, type TailNews } from '../../src/ssh/ssh-tail-frames.ts'

const SAID = Buffer.from('at 10\ndata 9\none\ntwo\nxdata 0\ndata 2\ny\nrestart\ndata 4\nnew\ndenied\n')

function read(said: Buffer, cuts: readonly number[]): TailNews {
  const frames = new TailFrames(100)
  const borders = [0, ...cuts.map((cut) => Math.min(cut, said.length)).sort((a, b) => a - b), said.length]
  const news = borders.slice(1).map((end, index) => frames.add(said.subarray(borders[index], end)))
  const refusal = news.find((one) => one.refusal !== undefined)?.refusal
  return { lines: news.flatMap(({ lines }) => lines), ...(refusal !== undefined && { refusal }) }
}

test('any split of what a program says gives the same lines, and its last word', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(SAID.length)), (cuts) => {
      expect(read(SAID, cuts)).toEqual({
        lines: [
          { line: 'one', offset: 14 },
          { line: 'two', offset: 18 },
          { line: 'xy', offset: 21 },
          { line: 'new', offset: 4, truncated: true },
        ],
        refusal: 'denied',
      })
    }),
  )
})
