import { tsupBase } from '@x/tsup'

export default tsupBase({
  index: 'src/index.ts',
  broker: 'src/broker/index.ts',
  conversation: 'src/conversation/index.ts',
  mongo: 'src/mongo/index.ts',
  seeds: 'src/seeds/index.ts',
  snapshots: 'src/snapshots/index.ts',
  sqlite: 'src/sqlite/index.ts',
  store: 'src/store/index.ts',
  terminal: 'src/terminal/index.ts',
  testing: 'src/testing/index.ts',
})
