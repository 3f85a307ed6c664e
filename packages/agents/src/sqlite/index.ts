// The store of one machine; adding a line here is an API change.
export { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts'
