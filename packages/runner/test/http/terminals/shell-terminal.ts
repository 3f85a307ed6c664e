import { tmpdir } from 'node:os'
import { openTerminal, type Terminal, type TerminalSize } from '@x/agents/terminal'
// eslint-disable-next-line x/layers -- a test's terminal runs on a machine
import { openLocalHost, type Host } from '@x/host'

let opening: Promise<Host> | undefined

/** A program on a real terminal of this machine; whoever opens it closes it. */
export async function openShell(size: TerminalSize, argv = ['/bin/sh']): Promise<Terminal> {
  opening ??= openLocalHost()
  const host = await opening
  const env = { PATH: process.env['PATH'] ?? '', PS1: '$ ', LANG: 'C.UTF-8' }
  return openTerminal(await host.openPty(argv, { ...size, cwd: tmpdir(), env }), { size })
}
