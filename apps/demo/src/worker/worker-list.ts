import type { Host } from '@x/host'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { parseWorkers } from '../instance/parse-records.ts'
import { readFileIfThere } from '../instance/read-file.ts'

/** Workers on which sessions were begun and not ended since, as `X_WORKER` named them. */
export async function listWorkers(host: Host, paths: InstancePaths): Promise<readonly string[]> {
  return parseWorkers((await readFileIfThere(host, paths.workers)) ?? '')
}

export async function rememberWorker(host: Host, paths: InstancePaths, target: string): Promise<void> {
  const known = await listWorkers(host, paths)
  if (!known.includes(target)) await write(host, paths, [...known, target])
}

export async function forgetWorker(host: Host, paths: InstancePaths, target: string): Promise<void> {
  const known = await listWorkers(host, paths)
  if (known.includes(target))
    await write(
      host,
      paths,
      known.filter((one) => one !== target),
    )
}

async function write(host: Host, paths: InstancePaths, targets: readonly string[]): Promise<void> {
  await host.files.write(paths.workers, JSON.stringify(targets), { mode: 0o600 })
}
