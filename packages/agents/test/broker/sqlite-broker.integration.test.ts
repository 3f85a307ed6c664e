import { describeBroker } from './broker-suite.ts'
import { sqliteStage } from './stages.ts'

describeBroker('SQLite', sqliteStage)
