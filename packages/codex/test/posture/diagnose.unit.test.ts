import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/posture/diagnose.ts'

describe('diagnose', () => {
  test.each([
    [
      'bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.',
      /switched off/,
    ],
    [
      'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
      /switched off/,
    ],
    ['bwrap: setting up uid map: Permission denied', /AppArmor/],
    ['bwrap: prctl(PR_SET_SECCOMP): Invalid argument', /seccomp/],
    ['bundled bubblewrap digest mismatch for /x/bwrap: expected sha256:1, got sha256:2', /not the one/],
    ['Error: bubblewrap is unavailable', /missing/],
    ['bwrap: execvp codex-linux-sandbox: No such file or directory', /hidden/],
  ])('%s', (said, message) => {
    const why = diagnose(said)
    expect(why.message).toMatch(message)
    expect(why.remedy).toMatch(/\w/)
  })

  test('tells what it does not know as it is, within bounds', () => {
    expect(diagnose('  something\n  else ').message).toBe('something else')
    expect(diagnose('x'.repeat(5_000)).message).toHaveLength(300)
    expect(diagnose(' \n').message).toBe('it said nothing')
  })
})
