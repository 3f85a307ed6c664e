// The whole public surface of @x/runner; adding a line here is an API change.
export type { CreateSessionOptions, SessionDirectory, SessionLogin } from './session-directory.ts'
export type {
  ListedLogin,
  ListedSeed,
  LoginRequest,
  LoginState,
  SeedDirectory,
  SeedUser,
} from './seed-directory.ts'
export { LoginRefusedError, SessionRefusedError } from './errors.ts'
