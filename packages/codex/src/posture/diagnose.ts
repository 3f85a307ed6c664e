/** Signs of a sandbox that can't be set up, most telling first. */
const SIGNS: readonly { readonly sign: RegExp; readonly message: string; readonly remedy: string }[] = [
  {
    sign: /No permissions to creat(e|ing) (a )?new namespace|max_\S*namespaces exceeded|user namespaces? (is|are)? ?not|unshare.*(EPERM|Operation not permitted)/i,
    message: 'unprivileged user namespaces are switched off',
    remedy:
      'Allow them (sysctl kernel.unprivileged_userns_clone=1 or user.max_user_namespaces), or use another machine.',
  },
  {
    sign: /setting up uid map|apparmor/i,
    message: 'AppArmor forbids user namespaces',
    remedy:
      'Allow them for bwrap (sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile for it).',
  },
  {
    sign: /prctl|seccomp/i,
    message: 'a seccomp filter around us forbids it, as in most containers',
    remedy: 'Run the container with a seccomp profile that allows user namespaces.',
  },
  {
    sign: /digest mismatch/i,
    message: "Codex's sandbox helper is not the one that belongs to it",
    remedy: 'Reinstall Codex: the whole vendor tree of one version is needed.',
  },
  {
    sign: /codex-linux-sandbox: No such file/i,
    message: "Codex's helper is hidden from the sandbox",
    remedy: 'Use a state directory outside /tmp.',
  },
  {
    sign: /bubblewrap is unavailable|bwrap.*No such file/i,
    message: "Codex's sandbox helper is missing",
    remedy: 'Reinstall Codex: the whole vendor tree is needed, not the binary alone.',
  },
]

/** The cause behind what a sandbox that failed has said, and what to do about it. */
export function diagnose(said: string): { readonly message: string; readonly remedy: string } {
  const found = SIGNS.find(({ sign }) => sign.test(said))
  if (found) return { message: found.message, remedy: found.remedy }
  const words = said.trim().replace(/\s+/g, ' ').slice(0, 300)
  return {
    message: words === '' ? 'it said nothing' : words,
    remedy: 'Try `bwrap --ro-bind / / --unshare-all true` on that machine; it must succeed.',
  }
}
