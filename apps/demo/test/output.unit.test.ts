import { expect, test } from 'vitest'
import { createOutput } from '../src/output.ts'

function speak(json: boolean) {
  const written = { out: '', err: '' }
  const output = createOutput(json, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
  })
  output.say('starting')
  output.result({ port: 4000 }, 'at port 4000')
  output.fail({ message: 'failed', remedy: 'Try this.' })
  return written
}

test('a person reads sentences', () => {
  expect(speak(false)).toEqual({ out: 'x: starting\nx: at port 4000\n', err: 'x: failed\n   Try this.\n' })
})

test('a program reads one object per line', () => {
  expect(speak(true)).toEqual({
    out: '{"port":4000}\n',
    err: '{"error":{"message":"failed","remedy":"Try this."}}\n',
  })
})
