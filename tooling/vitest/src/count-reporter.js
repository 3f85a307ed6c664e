import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const REASON_LENGTH = 300

/**
 * Writes the counts of a run into `directory` as `{ runner, passed, failed, skipped, failures, files }`; `failed` also
 * counts files that did not load and errors outside any test, `failures` has a line for each with the reason, and
 * `files` says how many milliseconds each file took. A file that says "did not
 * finish" is written first and replaced at the end, so a runner that crashes counts as a failure and never as silence.
 */
export class CountReporter {
  #runner
  #file

  constructor(runner, directory) {
    this.#runner = runner
    // Several runs may start for one package: unit, integration and e2e are separate processes.
    this.#file = path.join(directory, `${runner.replace(/[^a-z0-9]+/gi, '-')}-${process.pid}.json`)
  }

  onInit() {
    this.#write({ passed: 0, failed: 1, skipped: 0, failures: ['the run did not finish'], files: [] })
  }

  onTestRunEnd(modules, unhandled) {
    let passed = 0
    let skipped = 0
    const failures = unhandled.map((error) => `unhandled: ${reason([error])}`)
    const files = modules.map((module) => ({
      name: module.relativeModuleId,
      tookMs: Math.round(module.diagnostic().duration),
    }))
    for (const module of modules) {
      const before = failures.length
      const tests = [...module.children.allTests()]
      for (const test of tests) {
        const { state, errors } = test.result()
        if (state === 'passed') passed += 1
        else if (state === 'skipped') skipped += 1
        else
          failures.push(
            `${module.relativeModuleId} > ${test.fullName}: ${state === 'pending' ? 'never ended' : reason(errors)}`,
          )
      }
      // A broken import or a failing hook of the file fails the module without failing any test in it.
      if (!module.ok() && failures.length === before)
        failures.push(`${module.relativeModuleId}, outside its tests: ${reason(module.errors())}`)
      else if (tests.length === 0) failures.push(`${module.relativeModuleId} (has no test)`)
    }
    this.#write({ passed, failed: failures.length, skipped, failures, files })
  }

  #write(count) {
    mkdirSync(path.dirname(this.#file), { recursive: true })
    writeFileSync(this.#file, JSON.stringify({ runner: this.#runner, ...count }))
  }
}

/** The first error, and the line of the test that it comes from, in one line. */
function reason(errors = []) {
  const [error] = errors
  if (!error) return 'no reason was told'
  const message = stripVTControlCharacters(error.message ?? String(error))
  const [frame] = error.stacks ?? []
  const place = frame ? ` (${path.basename(frame.file)}:${frame.line})` : ''
  return `${message.replace(/\s+/g, ' ').slice(0, REASON_LENGTH)}${place}`
}
