import { tsupBase } from '@x/tsup'

export default tsupBase({
  index: 'src/index.ts',
  conversation: 'src/conversation/index.ts',
  terminal: 'src/terminal/index.ts',
  testing: 'src/testing/index.ts',
})
