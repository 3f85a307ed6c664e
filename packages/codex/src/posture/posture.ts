/**
 * What the agent's commands may do.
 *
 * `confined`: write only in the directory that they work in, the task's own and a private temporary one; read no login,
 * no other task and none of the account's usual secrets; no network; no way out of the sandbox by an approval.
 */
export type Posture = 'confined'

/** Files and directories in the account's home that hold secrets, relative to it: never readable for a command. */
export const SECRETS_OF_A_HOME = [
  '.aws',
  '.azure',
  '.cargo/credentials.toml',
  '.codex',
  '.config/gcloud',
  '.config/gh',
  '.docker',
  '.git-credentials',
  '.gnupg',
  '.kube',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.ssh',
] as const
