import { Store } from '../connection/store.ts'
import { remember, remembered } from '../hooks/page-storage.ts'

/** What a person is writing to one session. This browser remembers it until the server has taken it. */
export class Draft {
  readonly text: Store<string>
  private readonly name: string

  constructor(sessionId: string) {
    this.name = `x:draft:${sessionId}`
    this.text = new Store(remembered(this.name) ?? '')
  }

  edit(text: string): void {
    this.text.write(text)
    remember(this.name, text === '' ? undefined : text)
  }

  /** Empties the field for the next words. What is taken stays remembered until `settle` or `putBack`. */
  take(): string {
    const taken = this.text.read()
    this.text.write('')
    return taken
  }

  /** The server has it. */
  settle(taken: string): void {
    if (remembered(this.name) === taken && this.text.read() === '') remember(this.name, undefined)
  }

  /** It could not be sent: back into the field, before what was written since. */
  putBack(taken: string): void {
    const since = this.text.read()
    this.edit(since === '' ? taken : `${taken}\n${since}`)
  }
}
