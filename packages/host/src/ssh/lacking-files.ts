import { HostError } from '../errors.ts'
import type { HostFiles } from '../host-files.ts'

type Lacking = 'watch'

/** Fills up with refusals what a worker's files cannot do yet. */
export function withoutLacking(files: Omit<HostFiles, Lacking>): HostFiles {
  return {
    ...files,
    watch: (file) => {
      throw refusal(`watch ${file}`)
    },
  }
}

function refusal(what: string): HostError {
  return new HostError('unsupported', `not over SSH: cannot ${what}`)
}
