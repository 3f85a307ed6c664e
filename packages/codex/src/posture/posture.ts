/**
 * What the agent's commands may do.
 *
 * `confined`: write only in the directory that they work in, the task's own and a private temporary one; read no login,
 * no other task and none of the account's usual secrets; no network; no way out of the sandbox by an approval.
 */
export type Posture = 'confined'

/**
 * Files and directories in the account's home that hold secrets, relative to it: never readable for a command. Our own
 * default directories are among them, that of a store's keys too, since a session may have been given another one.
 */
export const SECRETS_OF_A_HOME = [
  '.aws',
  '.azure',
  '.bash_history',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.codex',
  '.config/chromium',
  '.config/gcloud',
  '.config/gh',
  '.config/google-chrome',
  '.config/op',
  '.config/x',
  '.docker',
  '.git-credentials',
  '.gnupg',
  '.kube',
  '.local/share/keyrings',
  '.local/state/x',
  '.mozilla',
  '.netrc',
  '.npmrc',
  '.password-store',
  '.pypirc',
  '.ssh',
  '.vault-token',
  '.zsh_history',
] as const

/** What an account that is root could read beside that. */
export const SECRETS_OF_A_MACHINE = ['/etc/gshadow', '/etc/shadow'] as const
