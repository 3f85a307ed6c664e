// The whole public surface of @x/runner/http; adding a line here is an API change.
export { openHttpServer } from './open-http-server.ts'
export type { HttpServer, HttpServerOptions } from './open-http-server.ts'
export type { CookieJar, KeptLogin } from './auth/cookie-jar.ts'
export type { ControlDoor } from './auth/control-door.ts'
export { ControlCommandError, HttpServerError } from '../errors.ts'
export type { HttpServerErrorCode } from '../errors.ts'
