import { lintBase } from '@x/lint'

export default lintBase('@x/repo-checks', import.meta.dirname)
