import { vitestBase } from './src/vitest-base.js'

export default vitestBase('@x/vitest')
