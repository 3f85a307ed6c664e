import { lintBase } from '@x/lint'

export default lintBase('@x/responses', import.meta.dirname)
