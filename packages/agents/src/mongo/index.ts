// The store of many machines; adding a line here is an API change.
export { openMongoStore, type MongoStoreOptions } from './open-mongo-store.ts'
