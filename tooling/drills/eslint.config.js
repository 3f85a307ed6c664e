import { lintBase } from '@x/lint'

export default lintBase('@x/drills', import.meta.dirname)
