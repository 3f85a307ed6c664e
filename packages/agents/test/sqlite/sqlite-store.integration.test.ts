import { describeStoreContract } from '../../src/testing/store-contract.ts'
import { openSqliteStage } from './sqlite-stage.ts'

describeStoreContract('SqliteStore', openSqliteStage)
