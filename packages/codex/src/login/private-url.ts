import { ConfigError } from '../errors.ts'

/**
 * Where secrets may be sent.
 * @throws ConfigError for an address that is none, or that a network could listen to; it may hold secrets and is not shown
 */
export function assertPrivateUrl(field: string, address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return
  throw new ConfigError(field, 'an https address, or one on loopback', 'something else (not shown)')
}
