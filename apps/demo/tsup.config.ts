import { tsupBase } from '@x/tsup'

export default tsupBase({ main: 'src/main.ts' }, { dts: false, clean: false })
