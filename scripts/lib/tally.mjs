import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Adds up what passed and failed over every kind of run. */
export class Tally {
  passed = 0
  failures = []
  /** Test files as `{ name, tookMs }`. */
  files = []

  pass(count = 1) {
    this.passed += count
  }

  fail(...names) {
    this.failures.push(...names)
  }

  /**
   * Adds the reports in `directory`, one per runner, and the tasks of a turbo run that ended badly without a report
   * that says so: a runner that never came as far as its tests.
   */
  addReports(directory, tasks) {
    const reports = jsonFiles(directory)
    for (const { runner, passed, failures, files = [] } of reports) {
      this.pass(passed)
      this.files.push(...files.map(({ name, tookMs }) => ({ name: `${runner}: ${name}`, tookMs })))
      this.fail(...failures.map((failure) => `${runner}: ${failure}`))
    }
    for (const { package: name, taskId, execution } of tasks) {
      const told = reports.some((report) => report.runner === name && report.failures.length > 0)
      if (execution && execution.exitCode !== 0 && !told)
        this.fail(`${taskId} ended with status ${execution.exitCode}`)
    }
  }

  /** The files that took longest, a line each. */
  slowest(count) {
    const files = this.files.toSorted((one, other) => other.tookMs - one.tookMs).slice(0, count)
    return files.map(({ name, tookMs }) => `${(tookMs / 1000).toFixed(1).padStart(7)} s  ${name}`)
  }

  /** The closing line of `npm test`. */
  summary() {
    return `${this.passed} passed, ${this.failures.length} failed`
  }
}

/** The parsed files of a directory that ends in `.json`; none when it does not exist. */
export function jsonFiles(directory) {
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return names.map((name) => JSON.parse(readFileSync(path.join(directory, name), 'utf8')))
}
