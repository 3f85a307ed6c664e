import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const WEB_ROOT = fileURLToPath(new URL('../dist/web', import.meta.url))
const MAX_BYTES = 250 * 1024

/** A file and all that it loads at once; what it loads later, when somebody asks for it, is left out. */
function loadedBy(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  const text = readFileSync(path.join(WEB_ROOT, name), 'utf8')
  const names = name.endsWith('.html')
    ? [...text.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.(?:js|css))"/g)].map(([, found = '']) => found)
    : [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(([, found = '']) => `assets/${found}`)
  for (const found of names) loadedBy(found, seen)
  return seen
}

test('the first page is at most 250 kB, compressed, and the terminal is no part of it', () => {
  const files = [...loadedBy('index.html')]
  expect(files.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(1)
  expect(files.filter((name) => name.includes('terminal'))).toEqual([])
  const bytes = files.map((name) => gzipSync(readFileSync(path.join(WEB_ROOT, name))).length)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BYTES)
})
