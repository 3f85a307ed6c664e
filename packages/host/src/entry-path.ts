import path from 'node:path'

/** `link/` names what the link leads to; every operation on a file is about the link. */
export function withoutTrailingSlash(file: string): string {
  return file.replace(/(?<=[^/])\/+$/, '')
}

/** `link/.` leads through the link as well, and the root is nobody's to replace. @throws TypeError for those */
export function assertEntry(file: string): string {
  const last = path.posix.basename(file)
  if (last === '' || last === '.' || last === '..')
    throw new TypeError(`expected a path that ends in a name, got ${file}`)
  return file
}
