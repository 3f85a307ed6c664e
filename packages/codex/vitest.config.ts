import { vitestBase } from '@x/vitest'

export default vitestBase('@x/codex')
