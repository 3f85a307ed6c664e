// The public surface of @x/host/testing: what an implementation of the port proves itself with. Needs vitest.
export { describeHostContract } from './describe-host-contract.ts'
export type { HostCapability, HostContractOptions } from './describe-host-contract.ts'
export type { Lack } from './lacking.ts'
