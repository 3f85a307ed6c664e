import { lintBase } from '@x/lint'

export default lintBase('@x/host', import.meta.dirname)
