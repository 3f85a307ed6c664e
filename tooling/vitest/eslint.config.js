import { lintBase } from '@x/lint'

export default lintBase('@x/vitest', import.meta.dirname)
