import { writeGenerated } from './write-generated.ts'

// `pnpm generate`
await writeGenerated()
