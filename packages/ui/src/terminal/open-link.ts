/** Opens a link of the program in a tab of its own, when it was clicked with Ctrl or ⌘ and leads to the web. */
export function openLink(event: Pick<MouseEvent, 'ctrlKey' | 'metaKey'>, address: string): void {
  if ((event.ctrlKey || event.metaKey) && isWebAddress(address))
    window.open(address, '_blank', 'noopener,noreferrer')
}

/** Whether it is an absolute address with http or https. */
export function isWebAddress(address: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(address).protocol)
  } catch {
    return false
  }
}
