// The whole public surface of @x/runner; adding a line here is an API change.
export type { CreateSessionOptions, SessionDirectory } from './session-directory.ts'
export { SessionRefusedError } from './errors.ts'
