import { HostError } from '../errors.ts'
import type { FileData, HostFiles, WithinOptions } from '../host-files.ts'

type Lacking = 'readStream' | 'glob' | 'watch' | 'copyIn' | 'copyOut'
type Present = Omit<HostFiles, Lacking | 'write'> & {
  write(file: string, data: string | Uint8Array, options?: { readonly mode?: number }): Promise<void>
}

/** Fills up with refusals what a worker's files cannot do yet. An option that would not be heeded is refused as well. */
export function withoutLacking(files: Present): HostFiles {
  return {
    ...files,
    read: async (file, options) => files.read(file, assertAnywhere(file, options)),
    readText: async (file, options) => files.readText(file, assertAnywhere(file, options)),
    write: async (file, data, options) =>
      files.write(file, assertWhole(file, data), assertAnywhere(file, options)),
    stat: async (file, options) => files.stat(file, assertAnywhere(file, options)),
    remove: async (file, options) => files.remove(file, assertAnywhere(file, options)),
    readStream: (file) => {
      throw refusal(`read ${file} piece by piece`)
    },
    glob: (pattern) => Promise.reject(refusal(`search ${pattern}`)),
    watch: (file) => {
      throw refusal(`watch ${file}`)
    },
    copyIn: (_from, to) => Promise.reject(refusal(`copy to ${to}`)),
    copyOut: (from) => Promise.reject(refusal(`copy ${from}`)),
  }
}

function assertAnywhere<T extends WithinOptions>(file: string, options?: T): T | undefined {
  if (options?.within !== undefined) throw refusal(`keep ${file} within ${options.within}`)
  return options
}

function assertWhole(file: string, data: FileData): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array) return data
  throw refusal(`write ${file} piece by piece`)
}

function refusal(what: string): HostError {
  return new HostError('unsupported', `not over SSH: cannot ${what}`)
}
