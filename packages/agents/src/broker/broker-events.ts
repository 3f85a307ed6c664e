import { EventEmitter } from 'eventemitter3'
import type { SeedKey } from '../store/seed-record.ts'

export type BrokerEvents = {
  /** New tokens are saved. */
  'login-refreshed': [event: SeedKey & { readonly revision: number }]
  /** The provider has refused the login for good; `reason` is its code. A person has to log in again. */
  'login-dead': [event: SeedKey & { readonly reason: string }]
  /** Nobody knows whether the token is spent, and nobody tries it. A person has to log in again. */
  'login-unknown': [event: SeedKey & { readonly reason: string }]
  /** It came to nothing, and nothing was learned about the login; it is tried again. */
  'refresh-failed': [event: SeedKey & { readonly reason: string }]
  /** New tokens can't be saved yet; they are kept, used by nobody, and saved as soon as the store lets us. */
  'save-delayed': [event: SeedKey & { readonly tries: number }]
}

type Listener<Name extends keyof BrokerEvents> = (event: BrokerEvents[Name][0]) => void

/** A listener that throws harms neither the broker nor the others. */
export class BrokerEventSource {
  private readonly emitter = new EventEmitter()

  on<Name extends keyof BrokerEvents>(name: Name, listener: Listener<Name>): Disposable {
    this.emitter.on(name, listener as Listener<keyof BrokerEvents>)
    return {
      [Symbol.dispose]: () => void this.emitter.off(name, listener as Listener<keyof BrokerEvents>),
    }
  }

  tell<Name extends keyof BrokerEvents>(name: Name, event: BrokerEvents[Name][0]): void {
    for (const listener of this.emitter.listeners(name)) {
      try {
        ;(listener as Listener<Name>)(event)
      } catch {
        // Its own affair.
      }
    }
  }
}
