import { lintBase } from '@x/lint'

export default lintBase('@x/tsup', import.meta.dirname)
