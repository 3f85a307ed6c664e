import type { Host } from '@x/host'
import { parse, stringify, type TomlTable } from 'smol-toml'
import { hostWith } from './host-with.ts'

/** The same host, but that what is written as a `config.toml` says this too: for what no option of ours switches on. */
export function configuredHost(host: Host, more: TomlTable): Host {
  const write: Host['files']['write'] = (file, content, options) =>
    file.endsWith('/config.toml') && typeof content === 'string'
      ? host.files.write(file, stringify(merge(parse(content), more)), options)
      : host.files.write(file, content, options)
  const files = new Proxy(host.files, {
    get(target, name) {
      if (name === 'write') return write
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return hostWith(host, { files })
}

function merge(base: TomlTable, more: TomlTable): TomlTable {
  const merged: TomlTable = { ...base }
  for (const [key, value] of Object.entries(more)) {
    const known = merged[key]
    merged[key] = isTable(known) && isTable(value) ? merge(known, value) : value
  }
  return merged
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
