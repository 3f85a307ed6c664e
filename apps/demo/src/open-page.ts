import { spawn } from 'node:child_process'

/** Opens an address in the person's browser. When that fails they still have the address. */
export function openPage(url: string): void {
  const opener = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], {
    detached: true,
    stdio: 'ignore',
  })
  opener.on('error', () => undefined)
  opener.unref()
}
