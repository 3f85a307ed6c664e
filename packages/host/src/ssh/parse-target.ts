/** A machine as a person names it: what is left out comes from the client's config, or is a default. */
export interface SshTarget {
  readonly user: string | undefined
  /** A name, an address without brackets, or an alias of the client's config. */
  readonly host: string
  readonly port: number | undefined
}

const FORMS = 'user@host, user@host:port, ssh://user@host:port/ or an alias of ~/.ssh/config'

/**
 * Reads `user@host`, `user@host:port`, `ssh://user@host:port/` or an alias; an IPv6 address with a port stands in brackets.
 * @throws TypeError for anything else. What may be a password stays out of the message.
 */
export function parseTarget(text: unknown): SshTarget {
  if (typeof text !== 'string' || text === '') throw new TypeError(`expected a target: ${FORMS}`)
  const rest = /^ssh:\/\//i.test(text) ? text.slice('ssh://'.length).replace(/\/$/, '') : text
  const at = rest.lastIndexOf('@')
  const user = at < 0 ? undefined : rest.slice(0, at)
  if (user?.includes(':'))
    throw new TypeError('expected a target without a password: keys are the only way in')
  const { host, port } = splitPort(rest.slice(at + 1))
  // A leading dash would be an option to the programs that a config may name.
  if (user !== undefined && !/^[^\s\p{Cc}@/-][^\s\p{Cc}@/]*$/u.test(user))
    throw new TypeError(`expected a target: ${FORMS}`)
  if (!/^[^\s\p{Cc}@/[\]-][^\s\p{Cc}@/[\]]*$/u.test(host)) throw new TypeError(`expected a target: ${FORMS}`)
  return { user, host, port }
}

function splitPort(text: string): { readonly host: string; readonly port: number | undefined } {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(text)
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: parsePort(bracketed[2]) }
  const colon = text.indexOf(':')
  // More than one: an IPv6 address without brackets, and so without a port.
  if (colon < 0 || colon !== text.lastIndexOf(':')) return { host: text, port: undefined }
  return { host: text.slice(0, colon), port: parsePort(text.slice(colon + 1)) }
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535)
    throw new TypeError(`expected a port from 1 to 65535, got ${JSON.stringify(text)}`)
  return port
}
