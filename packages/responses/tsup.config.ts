import { tsupBase } from '@x/tsup'

export default tsupBase({ index: 'src/index.ts', main: 'src/main.ts' })
