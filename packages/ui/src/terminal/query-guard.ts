import type { IDisposable, Terminal } from '@xterm/xterm'

/**
 * Keeps a terminal from answering what the program asks of its terminal: the server's own does, once, however many
 * people look. Everything here is swallowed, and nothing of it draws.
 *
 * What would reach beyond the screen is swallowed too: the title, the clipboard, the size of the window.
 */
export function guardQueries({ parser }: Terminal): IDisposable {
  const asks = (data: string): boolean => data.split(';').includes('?')
  const guards = [
    // Device attributes, status and cursor reports, mode and version reports, window reports.
    ...[
      { final: 'c' },
      { prefix: '>', final: 'c' },
      { prefix: '=', final: 'c' },
      { final: 'n' },
      { prefix: '?', final: 'n' },
      { intermediates: '$', final: 'p' },
      { prefix: '?', intermediates: '$', final: 'p' },
      { prefix: '>', final: 'q' },
      { prefix: '?', final: 'u' },
      { final: 't' },
    ].map((id) => parser.registerCsiHandler(id, () => true)),
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true),
    // A colour that is asked for; one that is set is the program's own business.
    ...[4, 10, 11, 12].map((number) => parser.registerOscHandler(number, asks)),
    ...[0, 1, 2, 52].map((number) => parser.registerOscHandler(number, () => true)),
  ]
  return { dispose: () => guards.forEach((guard) => guard.dispose()) }
}
