// The whole public surface of @x/agents; adding a line here is an API change.
export type * from './conversation/index.ts'
