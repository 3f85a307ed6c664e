import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { privateDirectory } from '@x/fixtures'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createExclude } from '../../src/archive/exclude.ts'
import { restore } from '../../src/archive/restore-archive.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'

const TREE = `
mkdir -p tree/d/empty && cd tree && echo x >d/f && ln d/f d/hard && ln -s ../f d/link && chmod 750 d/f
name=$(printf 'n%.0s' $(seq 90))
mkdir -p "$name/$name" && echo y >"$name/$name/f"
[ "$1" = v7 ] || { long=$(printf 'l%.0s' $(seq 200)); [ "$1" = ustar ] || { echo z >"$long"; ln -s "$long$long" to; ln "$long" d/other; }; }
`
const LISTING = `cd "$1" && find . -mindepth 1 -printf '%P %y %m %Ts %n %l\\n' | LC_ALL=C sort; cat d/hard`

test.each(['gnu', 'oldgnu', 'posix', 'ustar', 'v7'])('a tar in the format %s is read', async (format) => {
  await using host = await openLocalHost()
  await using scratch = await privateDirectory()
  const sh = (script: string, ...args: readonly string[]) =>
    execFileSync('sh', ['-c', script, 'sh', ...args], { cwd: scratch.path, encoding: 'utf8' })
  // A path of 180 bytes fits ustar by its prefix, and v7 not at all.
  sh(
    format === 'v7'
      ? 'mkdir -p tree/d/empty && cd tree && echo x >d/f && ln d/f d/hard && ln -s ../f d/link'
      : TREE,
    format,
  )
  sh('tar -C tree --format="$1" -cf made.tar .', format)
  const bytes = gzipSync(await readFile(path.join(scratch.path, 'made.tar')))
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000)
  }
  await restore(host, pieces(), path.join(scratch.path, 'copy'))
  expect(sh(LISTING, 'copy')).toBe(sh(LISTING, 'tree'))
})

test('what git ignores is what is left out', { timeout: 120_000 }, async () => {
  await using scratch = await privateDirectory()
  const git = (args: readonly string[], input: string) => {
    try {
      return execFileSync('git', ['-C', scratch.path, ...args], { input, encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      // 1 means that nothing is ignored.
      if ((error as { readonly status?: number }).status === 1) return ''
      throw error
    }
  }
  git(['init', '-q'], '')
  const name = fc.constantFrom('a', 'b', 'ab', 'a.c', 'abc')
  const part = fc.oneof(name, fc.constantFrom('*', '**', 'a*', '*.c', '?', 'a?', '[ab]', '[!a]*', '*b*'))
  const pattern = fc
    .record({
      negated: fc.boolean(),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
      begin: fc.constantFrom('', '/'),
      end: fc.constantFrom('', '/'),
    })
    .map(({ negated, parts, begin, end }) => `${negated ? '!' : ''}${begin}${parts.join('/')}${end}`)
  const paths = fc.uniqueArray(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), paths, (patterns, files) => {
      const exclude = createExclude(patterns)
      const mine = files.filter((file) => {
        const names = file.split('/')
        const above = names.slice(1).map((_name, index) => names.slice(0, index + 1).join('/'))
        return above.some((directory) => exclude(directory, 'directory')) || exclude(file, 'other')
      })
      execFileSync('sh', ['-c', 'cat >.git/info/exclude'], {
        cwd: scratch.path,
        input: `${patterns.join('\n')}\n`,
        stdio: 'pipe',
      })
      const theirs = git(['check-ignore', '--no-index', '-z', '--stdin'], `${files.join('\0')}\0`)
      expect(mine).toEqual(theirs.split('\0').filter((file) => file !== ''))
    }),
    { numRuns: 200 },
  )
})
