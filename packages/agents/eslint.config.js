import { lintBase } from '@x/lint'

export default lintBase('@x/agents', import.meta.dirname)
