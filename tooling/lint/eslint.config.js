import { lintBase } from './lint-base.js'

export default lintBase('@x/lint', import.meta.dirname)
