/** One package of the npm registry: what it must be, byte for byte. */
export interface Release {
  /** The exact version in the registry. */
  readonly packageVersion: string
  /** Of the tarball, in the registry's own form. */
  readonly integrity: `sha512-${string}`
  /** Size of the tarball. */
  readonly bytes: number
}

/** The Codex versions that are tested, oldest first. */
export const CODEX_VERSIONS = ['0.142.5', '0.169.0'] as const
export type CodexVersion = (typeof CODEX_VERSIONS)[number]
export const NEWEST_CODEX: CodexVersion = '0.169.0'

/** By version and Node's `platform-arch`. A pin changes only together with the tests that ran on it. */
export const RELEASES: Readonly<Record<CodexVersion, Readonly<Record<string, Release>>>> = {
  '0.142.5': {
    'linux-x64': {
      packageVersion: '0.142.5-linux-x64',
      integrity:
        'sha512-pxY+d3NgNE57Y/MApD3/TZUAygxJN6I9h3ZeDUwe67mxWjUxsuapxMRFTKSznCalYbRAeZp752+AAXmUbmguEg==',
      bytes: 109_292_757,
    },
    'linux-arm64': {
      packageVersion: '0.142.5-linux-arm64',
      integrity:
        'sha512-77ka5PSnm5HdxdBT99IwntCasmbqevlS0eiC0AtEb6ZXCLkim2gm0AWm+jNYy0EhbssvNK+KghayWo34HMgXeA==',
      bytes: 102_760_723,
    },
  },
  '0.169.0': {
    'linux-x64': {
      packageVersion: '0.169.0-linux-x64',
      integrity:
        'sha512-o05NyAOCDygSPRo1yinzxvkRSdmsZyBD9E7mbpmjRanSfM8lypqWtQgEo4XfNkwhuCR2aFu8mlGOsQGFXVbVww==',
      bytes: 167_001_509,
    },
    'linux-arm64': {
      packageVersion: '0.169.0-linux-arm64',
      integrity:
        'sha512-NZ/DaQUpcQmxmqee7Z9uC1rzw3GhSbooawcaTe1LN5Yk+WlinUKGdTXJgClRT/9ogQEEM9TWxYzvxPfj5G/xFg==',
      bytes: 171_743_625,
    },
  },
}
