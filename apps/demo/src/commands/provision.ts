import { CODEX_VERSIONS, provisionCodex } from '@x/codex'
import { CommandFault } from '../command-fault.ts'
import type { Context } from '../context.ts'

/** Fetches versions of Codex that are not there yet. @returns the exit status */
export async function provision(
  { host, environment, output }: Context,
  versions: readonly string[],
): Promise<number> {
  const { cacheDir } = environment
  for (const asked of versions) {
    const version = CODEX_VERSIONS.find((known) => known === asked)
    if (!version)
      throw new CommandFault(`there is no tested Codex ${asked}`, {
        remedy: `Choose among ${CODEX_VERSIONS.join(', ')}.`,
      })
    let told: string | undefined
    const onProgress = ({ doing }: { readonly doing: string }): void => {
      if (doing !== told) output.say(doing)
      told = doing
    }
    const { binary } = await provisionCodex({
      host,
      version,
      onProgress,
      ...(cacheDir === undefined ? {} : { cacheDir }),
    })
    output.result({ version, binary }, `Codex ${version} is at ${binary}`)
  }
  return 0
}
