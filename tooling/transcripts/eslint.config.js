import { lintBase } from '@x/lint'

export default lintBase('@x/transcripts', import.meta.dirname)
