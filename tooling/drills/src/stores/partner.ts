import { startProgram, type Program } from './program.ts'

/** A program that is killed and started again, what it is told and what it says. */
export class Partner<Task extends object, Said extends object> implements AsyncDisposable {
  private readonly file: string
  private readonly errand: object
  private program: Program | undefined
  private readonly listeners = new Set<(line: Said) => void>()

  /** @param file what is started @param errand what it is started with */
  constructor(file: string, errand: object) {
    this.file = file
    this.errand = errand
  }

  get isAlive(): boolean {
    const child = this.program?.child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** Starts it when it does not run. @returns the first that it said; `undefined` when it ran */
  async start(): Promise<Said | undefined> {
    if (this.isAlive) return undefined
    this.program = startProgram(this.file, this.errand, (line) => {
      for (const listener of this.listeners) listener(line as unknown as Said)
    })
    const ready = await this.next((line) => 'ready' in line)
    if (!ready) throw new Error(`${this.file} did not start`)
    return ready
  }

  tell(task: Task): void {
    this.program?.tell(task)
  }

  /** Tells it something. @returns what it says next of that kind; `undefined` when it has died before */
  async ask(task: Task, fits: (line: Said) => boolean): Promise<Said | undefined> {
    const answer = this.next(fits)
    this.tell(task)
    return answer
  }

  /** What it says next of that kind; `undefined` when it has died before. */
  async next(fits: (line: Said) => boolean): Promise<Said | undefined> {
    const { program } = this
    if (!program) return undefined
    const gone = program.ended.then(() => undefined)
    let listener: (line: Said) => void = () => undefined
    const said = new Promise<Said>((resolve) => {
      listener = (line) => {
        if (fits(line)) resolve(line)
      }
    })
    this.listeners.add(listener)
    try {
      return await Promise.race([said, gone])
    } finally {
      this.listeners.delete(listener)
    }
  }

  async kill(): Promise<void> {
    await this.program?.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
