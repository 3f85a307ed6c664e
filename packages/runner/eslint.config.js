import { lintBase } from '@x/lint'

export default lintBase('@x/runner', import.meta.dirname)
