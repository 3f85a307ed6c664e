import { openLocalHost } from '../../src/local/open-local-host.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

describeHostContract('LocalHost', openLocalHost)
