import type { Seed, SeedLists, SeedLogin, SeedVerdict } from './parse-seeds.ts'
import type { LogInRequest, SeedApi } from './seed-api.ts'
import { Store } from './store.ts'

export interface SeedListView {
  /** Undefined until the server has told; it stays so on a server that keeps none. */
  readonly seeds: readonly Seed[] | undefined
  readonly logins: readonly SeedLogin[]
}

/** All stored logins as the page sees them, and what a person can do with them. What comes of it is told by the feed. */
export class SeedListStore {
  readonly view = new Store<SeedListView>({ seeds: undefined, logins: [] })
  private readonly api: SeedApi

  constructor(api: SeedApi) {
    this.api = api
  }

  /** What the feed has told. */
  show({ seeds, logins }: SeedLists): void {
    this.view.write({ seeds, logins })
  }

  /** @throws RequestError */
  rename(id: string, name: string): Promise<void> {
    return this.api.rename(id, name)
  }

  /** Asks the provider whether the login still works. @throws RequestError */
  verify(id: string): Promise<SeedVerdict> {
    return this.api.verify(id)
  }

  /** @throws RequestError, which says who uses it */
  async delete(id: string): Promise<void> {
    await this.api.delete(id)
    this.change({ seeds: this.view.read().seeds?.filter((seed) => seed.id !== id) })
  }

  /** The login, encrypted. @throws RequestError */
  export(id: string, passphrase: string): Promise<Blob> {
    return this.api.export(id, passphrase)
  }

  /** Makes a new seed of an export. @throws RequestError */
  import(file: Blob, passphrase: string): Promise<Seed> {
    return this.api.import(file, passphrase)
  }

  /** Begins to log in; how that goes shows in `logins`. @throws RequestError */
  async logIn(request: LogInRequest): Promise<void> {
    const begun = await this.api.logIn(request)
    const { logins } = this.view.read()
    if (!logins.some(({ id }) => id === begun.id)) this.change({ logins: [...logins, begun] })
  }

  /** Cancels one that is under way, or takes one that is over off the list. @throws RequestError */
  async endLogin(id: string): Promise<void> {
    await this.api.endLogin(id)
    this.change({ logins: this.view.read().logins.filter((login) => login.id !== id) })
  }

  private change(part: Partial<SeedListView>): void {
    this.view.write({ ...this.view.read(), ...part })
  }
}
