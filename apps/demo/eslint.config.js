import { lintBase } from '@x/lint'

export default lintBase('@x/demo', import.meta.dirname)
