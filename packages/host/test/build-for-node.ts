import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles TypeScript into `directory`, for a process of its own: Node alone can't read it. Returns the file.
 * In a process that ends, since the bundler keeps a helper running in ours.
 */
export async function buildForNode(entry: string, directory: string): Promise<string> {
  const options = ['--no-config', '--silent', '--format', 'esm', '--target', 'node20', '--out-dir', directory]
  await promisify(execFile)(path.join(PACKAGE, 'node_modules/.bin/tsup'), [entry, ...options], {
    cwd: PACKAGE,
  })
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}')
  return path.join(directory, path.basename(entry).replace(/\.ts$/, '.js'))
}
