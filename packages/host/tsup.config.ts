import { tsupBase } from '@x/tsup'

export default tsupBase({ index: 'src/index.ts', ssh: 'src/ssh/index.ts', testing: 'src/testing/index.ts' })
