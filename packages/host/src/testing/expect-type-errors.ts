import { expect } from 'vitest'

/** Every promise rejects with a `TypeError`. All are awaited at once, so that none rejects unheard. */
export async function expectTypeErrors(misuses: readonly Promise<unknown>[]): Promise<void> {
  await Promise.all(misuses.map((misuse) => expect(misuse).rejects.toBeInstanceOf(TypeError)))
}
