import { lintBase } from '@x/lint'

export default lintBase('@x/benches', import.meta.dirname)
