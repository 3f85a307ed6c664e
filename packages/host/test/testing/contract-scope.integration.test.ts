import { expect, test } from 'vitest'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'

test('a case that leaves a process behind fails, and the process is ended', async () => {
  await using host = await openLocalHost()
  const scope = await openContractScope(openLocalHost)
  const left = await scope.spawn(['sleep', '600'])
  const { pid } = left.identity
  await expect(scope[Symbol.asyncDispose]()).rejects.toThrow(`the case left processes behind: ${pid}`)
  await left.waitForExit()
  expect(await host.identify(pid)).toBeUndefined()
  expect(await host.files.stat(scope.directory)).toBeUndefined()
})
