import path from 'node:path'

/** The linted file relative to its package, with forward slashes: `src/local/exec.ts`. */
export function fileInPackage(context, directory) {
  return path.relative(directory, context.filename).split(path.sep).join('/')
}
