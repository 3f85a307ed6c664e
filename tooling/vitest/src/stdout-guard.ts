import { afterEach, beforeEach, expect } from 'vitest'

// A package that prints is a defect: its embedder owns the terminal. Vitest itself writes from its main process.
const written: string[] = []
const original = { out: process.stdout.write, err: process.stderr.write }

beforeEach(() => {
  written.length = 0
  const record = (chunk: unknown): boolean => {
    written.push(String(chunk))
    return true
  }
  process.stdout.write = record as typeof process.stdout.write
  process.stderr.write = record as typeof process.stderr.write
})

afterEach(() => {
  process.stdout.write = original.out
  process.stderr.write = original.err
  expect(written, 'the code under test wrote to stdout or stderr').toEqual([])
})
