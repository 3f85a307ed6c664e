import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** What one run of vitest leaves behind; `failed` also counts files that did not load and errors outside any test. */
export interface RunCount {
  readonly runner: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line per failure, for the summary. */
  readonly failures: readonly string[]
}

/**
 * Writes the counts of a run into `directory`. A file that says "did not finish" is written first and replaced at the
 * end, so a runner that crashes counts as a failure and never as silence.
 */
export class CountReporter implements Reporter {
  readonly #runner: string
  readonly #file: string

  constructor(runner: string, directory: string) {
    this.#runner = runner
    // Several runs may start for one package: unit, integration and e2e are separate processes.
    this.#file = path.join(directory, `${runner.replace(/[^a-z0-9]+/gi, '-')}-${process.pid}.json`)
  }

  onInit(): void {
    this.#write({ passed: 0, failed: 1, skipped: 0, failures: ['the run did not finish'] })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    let skipped = 0
    const failures: string[] = unhandled.map((error) => `unhandled: ${error.message}`)
    for (const module of modules) {
      const before = failures.length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        else if (state === 'skipped') skipped += 1
        else
          failures.push(
            `${module.relativeModuleId} > ${test.fullName}${state === 'pending' ? ' (never ended)' : ''}`,
          )
      }
      // A broken import or a failing hook of the file fails the module without failing any test in it.
      if (!module.ok() && failures.length === before)
        failures.push(`${module.relativeModuleId} (outside its tests)`)
    }
    this.#write({ passed, failed: failures.length, skipped, failures })
  }

  #write(count: Omit<RunCount, 'runner'>): void {
    mkdirSync(path.dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, JSON.stringify({ runner: this.#runner, ...count } satisfies RunCount))
  }
}
