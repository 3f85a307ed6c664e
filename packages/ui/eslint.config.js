import { lintBase } from '@x/lint'

export default lintBase('@x/ui', import.meta.dirname)
