// The whole public surface of @x/host/ssh; adding a line here is an API change. Importing it loads ssh2.
export { openSshHost } from './open-ssh-host.ts'
export type { SshHost } from './open-ssh-host.ts'
export type { LinkState } from './kept-connection.ts'
export type { SshHostOptions } from './ssh-host-options.ts'
