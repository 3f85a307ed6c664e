/** A path as seen from the directory in which one works: relative inside it, whole elsewhere. */
export function shortenPath(path: string, cwd: string): string {
  const base = cwd.endsWith('/') ? cwd : `${cwd}/`
  if (cwd === '' || path === cwd) return path
  return path.startsWith(base) ? path.slice(base.length) : path
}

/** The last name in a path, for where there is no room. */
export function baseName(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? path
}
