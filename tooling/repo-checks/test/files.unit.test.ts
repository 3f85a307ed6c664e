import { homedir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readText, repositoryFiles, ROOT } from '../src/workspace.ts'

const files = repositoryFiles()
const tests = files.filter((file) => /^(packages|apps|tooling)\/[^/]+\/(test|e2e)\/.*\.tsx?$/.test(file))

describe('test files', () => {
  test('have a name that one of the projects runs', () => {
    const unrun = tests.filter(
      (file) => /\.(test|spec)\.tsx?$/.test(file) && !/\.(unit|integration|e2e)\.test\.tsx?$/.test(file),
    )
    expect(unrun).toEqual([])
    expect(tests.filter((file) => /\.test\.tsx?$/.test(file) && !/^[^/]+\/[^/]+\/test\//.test(file))).toEqual(
      [],
    )
    expect(files.filter((file) => /\/src\/.*\.(test|spec)\.tsx?$/.test(file))).toEqual([])
  })

  test('leave nothing out and single nothing out', () => {
    const left = tests.filter((file) => leavesOut(readText(file)))
    expect(left).toEqual([])
  })

  test.each([
    ['test', 'only'],
    ['describe', 'skip'],
    ['it.each', 'todo'],
    ['test.concurrent', 'fails'],
  ])('a planted %s.%s is seen', (base, word) => {
    expect(leavesOut(`${base}.${word}('x', () => {})`)).toBe(true)
    expect(leavesOut(`test('x', { ${word}: true }, () => {})`)).toBe(true)
    expect(leavesOut(`${base}('only a word: skip', () => {})`)).toBe(false)
  })
})

describe('no machine is named', () => {
  const texts = files.filter(
    (file) => !/\.(png|woff2?|ico|gz|zst|tar)$/.test(file) && file !== 'pnpm-lock.yaml',
  )

  test('by an absolute path', () => {
    expect(texts.filter((file) => namesMachine(readText(file)))).toEqual([])
  })

  test('by a package registry', () => {
    expect(texts.filter((file) => namesRegistry(readText(file)))).toEqual([])
  })

  test('in the lockfile, which has no host at all', () => {
    const lines = readText('pnpm-lock.yaml').split('\n')
    // A package's deprecation notice is its author's prose and may hold a link.
    expect(lines.filter((line) => /https?:|tarball:/.test(line) && !line.includes('deprecated:'))).toEqual([])
  })

  test('a planted path and a planted registry are seen', () => {
    expect(namesMachine(`const cache = '${['', 'home', 'somebody', 'x'].join('/')}'`)).toBe(true)
    expect(namesMachine(`see ${ROOT}/packages`)).toBe(true)
    expect(namesMachine('under /home or /tmp')).toBe(false)
    expect(namesRegistry(`"${['https:', '', 'registry.example.org', 'x'].join('/')}"`)).toBe(true)
    expect(namesRegistry('the registry that npm is set to')).toBe(false)
  })
})

/** A test that is skipped, singled out, announced or expected to fail. */
function leavesOut(text: string): boolean {
  return (
    /\b(test|it|describe|suite|bench)(\.\w+)*\.(only|skip|todo|fails)\b/.test(text) ||
    /[{,]\s*(only|skip|todo|fails): true/.test(text)
  )
}

/** Someone's home or this checkout. Names such as `me` stand for whoever reads. */
function namesMachine(text: string): boolean {
  const home = homedir()
  const here = [ROOT, ...(path.dirname(home) === '/' ? [] : [home])]
  return (
    here.some((directory) => text.includes(`${directory}/`)) ||
    /(?<![\w.])\/(home|Users)\/(?!(me|you|user|person|someone|agent|worker)\b)[a-z]\w*/i.test(text)
  )
}

function namesRegistry(text: string): boolean {
  return /https?:\/\/[^\s'"`/]*(registry|npmjs|npmmirror|artifactory|verdaccio|nexus)/i.test(text)
}
