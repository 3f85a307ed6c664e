/** Where each run leaves its counts as JSON, for the closing line of `npm test`; unset otherwise. */
export function reportDirectory(): string | undefined {
  return process.env['X_TEST_REPORTS'] || undefined
}
