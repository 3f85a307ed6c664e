import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { processesThatName } from '../processes.ts'

/** The files of a worker, and the processes that name its directory, which hold one of these texts. */
export async function findOnWorker(stateDir: string, secrets: readonly string[]): Promise<readonly string[]> {
  const isSecret = (text: string): boolean => secrets.some((secret) => text.includes(secret))
  const entries = await readdir(stateDir, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    if (isSecret(await readText(file))) found.push(path.relative(stateDir, file))
  }
  for (const { pid, commandLine } of processesThatName(`${stateDir}/`))
    if (isSecret(commandLine) || isSecret(await readText(`/proc/${pid}/environ`)))
      found.push(`process ${pid}`)
  return found
}

/** What is gone by now holds nothing. */
async function readText(file: string): Promise<string> {
  return readFile(file, 'latin1').catch(() => '')
}
