import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS } from '@x/fixtures'
import { afterEach, expect, test, vi } from 'vitest'
import { callingModel, runCommand } from '../calling-model.ts'
import { hostWith } from '../host-with.ts'
import { openWorkshop } from '../workshop.ts'

afterEach(() => void vi.unstubAllEnvs())

test.each(CODEX_VERSIONS)(
  'a home, and secrets in it, that are links are hidden from commands of Codex %s where they lie, and not granted',
  async (version) => {
    await using workshop = await openWorkshop(version, { model: callingModel() })
    const at = (...names: string[]): string => path.join(workshop.root, ...names)
    await mkdir(at('real', '.aws'), { recursive: true })
    await mkdir(at('kept', 'ssh'), { recursive: true })
    await writeFile(at('real', '.aws', 'key'), 'secret\n')
    await writeFile(at('kept', 'ssh', 'key'), 'secret\n')
    await symlink(at('kept', 'ssh'), at('real', '.ssh'))
    await symlink(at('real'), at('home'))
    // The keys of stores: the default place, and another one.
    for (const keys of ['config/x/keys', 'vault']) {
      await mkdir(at(keys), { recursive: true })
      await writeFile(at(keys, 'key'), 'secret\n')
    }
    vi.stubEnv('XDG_CONFIG_HOME', at('config'))
    const host = hostWith(workshop.host, { facts: { ...workshop.host.facts, home: at('home') } })

    const session = await workshop.open({ host, approvals: 'never', hidden: [at('vault')] })
    const names = ['home/.aws', 'real/.aws', 'home/.ssh', 'real/.ssh', 'kept/ssh', 'config/x/keys', 'vault']
    const said = await runCommand(session, `cat ${names.map((name) => at(name, 'key')).join(' ')}`)
    expect(said).toMatch(/exited with code 1/)
    expect(said).not.toMatch(/^secret/m)
    // What is hidden when it is taken up is so beside what was before.
    await mkdir(at('later'))
    await writeFile(at('later', 'key'), 'secret\n')
    expect(await runCommand(session, `cat ${at('later', 'key')}`)).toMatch(/^secret/m)
    await session.detach()
    const again = await workshop.attach(session.taskId, { host, hidden: [at('later')] })
    const saidAgain = await runCommand(again, `cat ${at('later', 'key')} ${at('vault', 'key')}`)
    expect(saidAgain).toMatch(/exited with code 1/)
    expect(saidAgain).not.toMatch(/^secret/m)
    for (const place of ['real', 'kept', 'config']) {
      const grants = [{ path: at(place), mode: 'write' }] as const
      await expect(workshop.open({ host, grants })).rejects.toMatchObject({ field: 'grants' })
    }
  },
)
