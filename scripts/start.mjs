import { bootstrap } from './bootstrap.mjs'
import { becomeDemo } from './lib/demo.mjs'
import { reportAndExit } from './lib/failure.mjs'

await bootstrap('demo').catch(reportAndExit)
await becomeDemo(['start', ...process.argv.slice(2)])
