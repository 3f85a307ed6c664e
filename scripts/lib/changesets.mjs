import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'

/**
 * Every package whose `src` changed since the last release must be named by a changeset.
 * The last release is the newest `@x/*` tag, else the last commit that touched a changelog, else the beginning; so it
 * works in a clone that has no remote. Resolves with `{ code, output }` like a command.
 */
export async function checkChangesets(root) {
  const git = gitIn(root)
  if ((await git('rev-parse', '--git-dir')).code !== 0) {
    return { code: 0, output: 'not a git checkout: changesets were not compared with changes' }
  }
  const base = await lastRelease(git)
  const changed = await changedPackages(root, git, base)
  const named = namedPackages(root)
  const missing = [...changed].filter((name) => !named.has(name)).sort()
  if (missing.length === 0)
    return { code: 0, output: `${changed.size} changed packages, all named by changesets` }
  const since = base === undefined ? 'since the beginning' : `since ${base}`
  return {
    code: 1,
    output: `src changed ${since} without a changeset: ${missing.join(', ')}. \`pnpm changeset\` writes one.`,
  }
}

function gitIn(root) {
  // A checkout that belongs to another user (a container's mount) is still this one.
  const first = ['-c', `safe.directory=${root}`, '-C', root]
  return (...args) => run('git', [...first, ...args], { env: childEnvironment(), quiet: true })
}

async function lastRelease(git) {
  const tags = await git('tag', '--list', '@x/*@*', '--merged', 'HEAD', '--sort=-creatordate')
  const tag = tags.output.trim().split('\n')[0]
  if (tags.code === 0 && tag) return tag
  const log = await git('log', '-1', '--format=%H', '--', 'packages/*/CHANGELOG.md')
  return (log.code === 0 && log.output.trim()) || undefined
}

async function changedPackages(root, git, base) {
  const committed =
    base === undefined
      ? await git('ls-files', '--', 'packages')
      : await git('diff', '--name-only', base, '--', 'packages')
  const untracked = await git('ls-files', '--others', '--exclude-standard', '--', 'packages')
  const names = new Set()
  for (const file of `${committed.output}\n${untracked.output}`.split('\n')) {
    const directory = /^(packages\/[^/]+)\/src\//.exec(file)?.[1]
    if (directory !== undefined && existsSync(path.join(root, directory, 'package.json')))
      names.add(nameOf(root, directory))
  }
  return names
}

function nameOf(root, directory) {
  return JSON.parse(readFileSync(path.join(root, directory, 'package.json'), 'utf8')).name
}

function namedPackages(root) {
  const directory = path.join(root, '.changeset')
  const files = existsSync(directory)
    ? readdirSync(directory).filter((name) => name.endsWith('.md') && name !== 'README.md')
    : []
  const names = files.flatMap((name) => {
    const front = /^---\n([^]*?)\n---/.exec(readFileSync(path.join(directory, name), 'utf8'))?.[1] ?? ''
    return [...front.matchAll(/^['"]?(@x\/[^'":]+)['"]?:/gm)].map((match) => match[1])
  })
  return new Set(names)
}
