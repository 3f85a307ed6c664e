/** `~` and `~/...` with our own home; anything else relative lies in `~/.ssh`, as OpenSSH has it. */
export function expandHome(file: string, home: string): string {
  if (file === '~' || file.startsWith('~/')) return home + file.slice(1)
  return file.startsWith('/') ? file : `${home}/.ssh/${file}`
}
