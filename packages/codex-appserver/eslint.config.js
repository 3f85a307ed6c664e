import { lintBase } from '@x/lint'

export default lintBase('@x/codex-appserver', import.meta.dirname)
