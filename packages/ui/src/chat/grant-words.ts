import type { Grant, Refusal } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'

/** What a grant allows, as it stands behind "allow": `reading /data`. */
export function grantWords(grant: Grant): string {
  if ('network' in grant) return 'network access'
  return `${grant.mode === 'read' ? 'reading' : 'writing'} ${revealHidden(grant.path)}`
}

/** What the sandbox kept a command from doing, as a sentence: it is read from the output, which the command itself may have made up. */
export function refusalWords({ denied, path }: Refusal): string {
  const where = path === undefined ? '' : ` ${revealHidden(path)}`
  switch (denied) {
    case 'read':
      return `By its output, the sandbox did not let it read${where === '' ? ' a place outside its directories' : where}.`
    case 'write':
      return `By its output, the sandbox did not let it write${where === '' ? ' outside its directories' : ` to${where}`}.`
    case 'network':
      return 'By its output, the sandbox did not let it reach the network.'
    case 'unknown':
      return `By its output, the sandbox stopped it${where === '' ? '; it can’t be told at what' : ` at${where}`}.`
  }
}
