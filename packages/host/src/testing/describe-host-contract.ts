import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Host } from '../host.ts'
import { adoptContract } from './adopt-contract.ts'
import { archiveContract } from './archive-contract.ts'
import { connectContract } from './connect-contract.ts'
import { openContractScope, type ContractScope } from './contract-scope.ts'
import { copyContract } from './copy-contract.ts'
import { detachedContract } from './detached-contract.ts'
import { downloadContract } from './download-contract.ts'
import { execContract } from './exec-contract.ts'
import { envRemoveContract, execInputContract, secretEnvContract } from './exec-input-contract.ts'
import { fileContract } from './file-contract.ts'
import { globContract, watchContract } from './file-search-contract.ts'
import { readStreamContract, writeStreamContract } from './file-stream-contract.ts'
import { forwardContract } from './forward-contract.ts'
import { LackWitness, type Lack } from './lacking.ts'
import { ptyContract } from './pty-contract.ts'
import { spawnContract } from './spawn-contract.ts'
import { stopContract } from './stop-contract.ts'
import { tailContract } from './tail-contract.ts'
import { withinContract } from './within-contract.ts'

const CAPABILITIES = [
  'detached',
  'signal-by-group',
  'connect',
  'forward',
  'pty',
  'spawn',
  'stdin-stream',
  'env-remove',
  'secret-env',
  'tail',
  'read-stream',
  'write-stream',
  'glob',
  'watch',
  'within',
  'copy',
  'archive',
  'exact-archive',
  'download',
] as const

/** A part of the port that a host may lack, if it says so. */
export type HostCapability = (typeof CAPABILITIES)[number]

export interface HostContractOptions {
  /** Cases that need one of these are left out. @default none */
  readonly cannot?: readonly string[]
  /**
   * What the machine lacks, by capability. The cases that need one of these run all the same, and each keeps its promise
   * or is refused as it says here. @default nothing
   */
  readonly lacks?: Readonly<Partial<Record<HostCapability, Lack>>>
  /** Cases that need none of these are left out: they were proved elsewhere. @default all cases */
  readonly only?: readonly HostCapability[]
  /** The machine's perl, by which the suite's own servers run there. @default 'perl' */
  readonly perl?: string
}

/** Registers one case. */
export type ContractCase = (name: string, body: (scope: ContractScope) => Promise<void>) => void

/**
 * Registers the suite that every host must pass. It uses nothing but the port, and a POSIX machine behind it.
 * Each case has a host and a directory of its own, and fails when it leaves a process behind.
 * @param open opens a fresh host; the suite closes it
 * @throws TypeError when `cannot` has a capability that does not exist
 */
export function describeHostContract(
  name: string,
  open: () => Promise<Host>,
  options: HostContractOptions = {},
): void {
  const { cannot = [], lacks = {}, only, perl } = options
  const witness = new LackWitness(lacks)
  for (const lacking of cannot) {
    if (!CAPABILITIES.some((capability) => capability === lacking)) {
      throw new TypeError(
        `expected a capability (${CAPABILITIES.join(', ')}), got ${JSON.stringify(lacking)}`,
      )
    }
  }
  let sweeper: Host
  let cases: (() => void)[] = []
  const needing =
    (...needs: readonly HostCapability[]): ContractCase =>
    (title, body) => {
      if (needs.some((capability) => cannot.includes(capability))) return
      if (only !== undefined && !needs.some((capability) => only.includes(capability))) return
      const run = async () => {
        await using scope = await openContractScope(open, sweeper, perl)
        await body(scope)
      }
      cases.push(() => test(title, () => witness.judge(needs, run)))
    }
  /** One that is left with no case at all is no group. */
  const group = (title: string, register: () => void): void => {
    cases = []
    register()
    const registered = cases
    if (registered.length === 0) return
    describe(title, () => {
      for (const add of registered) add()
    })
  }
  const detached = needing('detached')
  describe(`${name} keeps the Host contract`, () => {
    beforeAll(async () => {
      sweeper = await open()
    })
    afterAll(() => sweeper.close())
    group('exec', () => execContract(needing()))
    group('input and environment', () => {
      execInputContract(needing('stdin-stream'))
      envRemoveContract(needing('env-remove'))
      secretEnvContract(needing('secret-env'), needing('secret-env', 'spawn'))
    })
    group('files', () => {
      fileContract(needing())
      readStreamContract(needing('read-stream'))
      writeStreamContract(needing('write-stream'))
      globContract(needing('glob'))
      watchContract(needing('watch'))
      withinContract(needing('within'))
      copyContract(needing('copy'), needing('copy', 'within'))
    })
    group('detached processes', () => {
      detachedContract(detached)
      adoptContract(detached)
      stopContract(detached, needing('detached', 'signal-by-group'))
    })
    group('followed files', () => tailContract(needing('tail')))
    group('programs beside us', () => spawnContract(needing('spawn')))
    group('archives', () =>
      archiveContract(needing('archive', 'spawn'), needing('archive', 'spawn', 'exact-archive')),
    )
    group('downloads', () => downloadContract(needing('download', 'spawn', 'forward')))
    group('terminals', () => ptyContract(needing('pty')))
    group('connections', () => connectContract(needing('connect'), needing('connect', 'detached')))
    group('forwards', () => forwardContract(needing('forward', 'connect', 'detached')))
    if (Object.keys(lacks).length > 0) describe('what is missing', () => witness.describe())
  })
}
