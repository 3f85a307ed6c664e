import { afterAll, afterEach, expect } from 'vitest'

// A package that prints is a defect: its embedder owns the terminal. The guard is in place before the test file is
// loaded, so printing at import is seen too. Vitest's own interception of the console is off, so console.* ends here.
const original = {
  out: process.stdout.write.bind(process.stdout),
  err: process.stderr.write.bind(process.stderr),
}
let written: string[] = []

function record(chunk: unknown, ...rest: readonly unknown[]): boolean {
  written.push(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk))
  const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
  // A writer that waits for its callback must not hang on the guard.
  if (done) queueMicrotask(done)
  return true
}

function expectSilence(): void {
  const printed = written
  written = []
  expect(printed, 'the code under test wrote to stdout or stderr').toEqual([])
}

process.stdout.write = record
process.stderr.write = record

afterEach(expectSilence)

afterAll(() => {
  process.stdout.write = original.out
  process.stderr.write = original.err
  expectSilence()
})
