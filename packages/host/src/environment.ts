/**
 * The environment of a program, with one meaning everywhere. It is made in this order:
 *
 * 1. the base: what the account's programs inherit on that machine; nothing with `cleanEnv`;
 * 2. every variable whose name matches a pattern of `envRemove` is taken out;
 * 3. `env` is laid over it, so that a variable which is given survives a pattern that matches it; `undefined` takes one out;
 * 4. `secretEnv` is laid over that.
 *
 * `spawnDetached` and `openPty` start from nothing, as with `cleanEnv`: what outlives us or talks to a person must not
 * depend on how we were started.
 */
export interface EnvironmentOptions {
  /** Laid over the base environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Start from an empty environment instead of ours. @default false */
  readonly cleanEnv?: boolean
  /** Names to leave out of the base, e.g. `*_API_KEY`: `*`, `?` and `[a-z]`; case counts. @default none */
  readonly envRemove?: readonly string[]
  /**
   * As `env`, for values that nobody else on the machine may see: they are on no command line and in no file, and only
   * in the environment of the program itself. A name stands here or in `env`, not in both.
   */
  readonly secretEnv?: Readonly<Record<string, string>>
}
