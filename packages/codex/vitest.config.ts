import { vitestBase } from '@x/vitest'

// Its tests wait for Codex and its answers more than others, and it is the last to end.
export default vitestBase('@x/codex', { maxWorkers: 3 })
