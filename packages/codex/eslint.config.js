import { lintBase } from '@x/lint'

export default lintBase('@x/codex', import.meta.dirname)
