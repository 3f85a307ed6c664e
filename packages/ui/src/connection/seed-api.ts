import { RequestError } from '../errors.ts'
import { parseLogin, parseSeed, parseVerdict } from './parse-seeds.ts'
import type { Seed, SeedLogin, SeedVerdict } from './parse-seeds.ts'
import { Requester } from './requester.ts'
import type { RequesterOptions } from './requester.ts'

/** How to log in. Without `seedId` it makes a new seed. */
export type LogInRequest = { readonly name?: string; readonly seedId?: string } & (
  { readonly method: 'device-code' } | { readonly method: 'api-key'; readonly key: string }
)

/** What the page can ask of stored logins. Every method rejects with a RequestError. */
export class SeedApi {
  private readonly requester: Requester

  constructor(options: RequesterOptions) {
    this.requester = new Requester(options)
  }

  async rename(id: string, name: string): Promise<void> {
    await this.requester.json('PUT', `${seed(id)}/name`, { name })
  }

  async verify(id: string): Promise<SeedVerdict> {
    return known(parseVerdict(await this.requester.json('POST', `${seed(id)}/verify`)))
  }

  async delete(id: string): Promise<void> {
    await this.requester.json('DELETE', seed(id))
  }

  /** @returns the login, encrypted to the passphrase */
  export(id: string, passphrase: string): Promise<Blob> {
    return this.requester.bytes('POST', `${seed(id)}/export`, { passphrase })
  }

  async import(file: Blob, passphrase: string): Promise<Seed> {
    const sealed = inBase64(new Uint8Array(await file.arrayBuffer()))
    return known(parseSeed(await this.requester.json('POST', '/api/seeds/import', { sealed, passphrase })))
  }

  async logIn(request: LogInRequest): Promise<SeedLogin> {
    return known(parseLogin(await this.requester.json('POST', '/api/logins', request)))
  }

  async endLogin(id: string): Promise<void> {
    await this.requester.json('DELETE', `/api/logins/${encodeURIComponent(id)}`)
  }
}

function seed(id: string): string {
  return `/api/seeds/${encodeURIComponent(id)}`
}

function known<T>(value: T | undefined): T {
  if (value !== undefined) return value
  throw new RequestError('refused', 'The server answered with something that this page can’t read.', {
    remedy: 'Reload the page: it may be older than the server.',
  })
}

function inBase64(bytes: Uint8Array): string {
  let text = ''
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
