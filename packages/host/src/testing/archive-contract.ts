import { expect } from 'vitest'
import { archive } from '../archive/create-archive.ts'
import { parseManifest } from '../archive/manifest.ts'
import { restore } from '../archive/restore-archive.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'

/** All that must come back, one line for each entry; of a directory the size is the file system's business. */
const LISTING = `
cd "$1" && find . -mindepth 1 -type d -printf '%P d %m %T@\\n' -o -printf '%P %y %m %s %T@ %n %l\\n' | LC_ALL=C sort
find . -type f -exec sha256sum {} + | LC_ALL=C sort
`
/** One of each kind, and names that no text can hold. */
const TREE = `
mkdir -p tree/empty tree/deep/er tree/closed
cd tree
head -c 300000 /dev/urandom >deep/er/random
echo 'quotes " and $vars' >"$(printf 'new\\nline')"
echo bytes >"$(printf '\\377\\376')"
echo long >"$(printf 'n%.0s' $(seq 250))"
mkdir -p "$(printf 'd%.0s' $(seq 200))" && echo x >"$(printf 'd%.0s' $(seq 200))/f"
echo tool >tool && chmod 750 tool
echo none >closed/none && chmod 440 closed/none
ln -s tool to-file; ln -s deep to-directory; ln -s /etc/passwd out; ln -s ../.. up; ln -s missing nowhere
ln tool deep/same-as-tool
echo -dash >-dash; echo star >'*'
printf start >holes && truncate -s 3M holes && printf end >>holes
touch -h -d '2001-02-03 04:05:06.123456789' to-file
touch -d '1999-01-01 00:00:00.987654321' tool
chmod 550 closed
touch -d '2010-10-10 10:10:10.101010101' empty deep/er deep
`

/** Reads a stream to its end. */
async function collect(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return chunks
}

/** A stream of what was read before. */
async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk
}

const listing = ({ shell, at }: ContractScope, name: string) => shell(LISTING, at(name))

/** What `archive` and `restore` promise on every host. An `exactCase` wants holes, and times of nanoseconds of everything. */
export function archiveContract(contractCase: ContractCase, exactCase: ContractCase): void {
  wholeTrees(contractCase, exactCase)
  increments(contractCase, exactCase)
  failures(contractCase)
}

function wholeTrees(contractCase: ContractCase, exactCase: ContractCase): void {
  exactCase('everything comes back as it was, and takes the place of what was there', async (scope) => {
    const { host, at, shell, directory } = scope
    await shell(TREE)
    await shell('mkdir -p copy/stale && echo old >copy/stale/file')
    const made = await archive(host, at('tree'))
    const manifest = await restore(host, made.stream, at('copy'))
    expect(await listing(scope, 'copy')).toBe(await listing(scope, 'tree'))
    expect(manifest.id).toBe(made.manifest.id)
    const logical = (entries: typeof manifest) =>
      [...entries.entries()].map(({ path, type, mode, size, mtime, target }) => [
        path,
        type,
        mode,
        size,
        mtime,
        target,
      ])
    expect(logical(manifest)).toEqual(logical(made.manifest))
    expect([...parseManifest(manifest.toBytes()).entries()]).toEqual([...manifest.entries()])
    expect(await shell('ls -A')).toBe('copy\ntree\n')
    expect(Number(await shell('stat -c %b copy/holes'))).toBeLessThan(1_000)
    await shell('chmod u+w tree/closed copy/closed')
    expect(await host.files.list(directory)).toEqual(['copy', 'tree'])
  })

  contractCase('a directory that is not there yet is made; an empty one may come back', async (scope) => {
    const { host, at, shell } = scope
    await shell('mkdir -m 750 empty')
    await restore(host, (await archive(host, at('empty'))).stream, at('new'))
    expect(await shell('ls -A new; stat -c %a new')).toBe('750\n')
  })

  contractCase('what is excluded is left out, wherever it is', async (scope) => {
    const { host, at, shell } = scope
    await shell(
      'mkdir -p tree/a/node_modules/x tree/.git tree/build/sub && cd tree && touch a/f a/f.pyc a/keep.pyc .git/c build/o build/sub/o',
    )
    const exclude = ['node_modules', '/.git/', '*.pyc', '!keep.pyc', 'build/**']
    const made = await archive(host, at('tree'), { exclude })
    await restore(host, made.stream, at('copy'))
    expect(await shell('cd copy && find . | LC_ALL=C sort')).toBe('.\n./a\n./a/f\n./a/keep.pyc\n./build\n')
  })

  contractCase('sockets and FIFOs are left out', async (scope) => {
    const { host, at, shell } = scope
    await shell('mkdir tree && mkfifo tree/fifo && touch tree/file')
    await restore(host, (await archive(host, at('tree'))).stream, at('copy'))
    expect(await host.files.list(at('copy'))).toEqual(['file'])
  })

  contractCase('a directory behind a symlink is archived and replaced; the link stays', async (scope) => {
    const { host, at, shell } = scope
    await shell(
      'mkdir tree real && echo new >tree/f && echo old >real/f && ln -s real link && ln -s tree way',
    )
    await restore(host, (await archive(host, at('way'))).stream, at('link'))
    expect(await shell('readlink link; cat real/f')).toBe('real\nnew\n')
  })
}

function increments(contractCase: ContractCase, exactCase: ContractCase): void {
  exactCase('an incremental archive holds only what changed, and deletes what went', async (scope) => {
    const { host, at, shell } = scope
    await shell(
      'mkdir -p tree/d tree/kept tree/gone/deep && cd tree && head -c 400000 /dev/urandom >kept/large && echo 1 >d/f && echo 1 >gone/deep/f && echo 1 >becomes && ln d/f d/hard && ln -s f d/link && mkdir turns',
    )
    const first = await archive(host, at('tree'))
    const whole = await collect(first.stream)
    await shell(
      'cd tree && rm -r gone becomes turns && mkdir becomes && echo 2 >becomes/f && echo file >turns && echo 22 >>d/f && ln -sf hard d/link && chmod 600 kept/large && chmod 644 kept/large && mkdir none',
    )
    const second = await archive(host, at('tree'), { base: first.manifest })
    const increment = await collect(second.stream)
    await shell('cd tree && echo 3 >three && rm d/link')
    const third = await archive(host, at('tree'), { base: parseManifest(second.manifest.toBytes()) })
    const last = await collect(third.stream)
    expect(Buffer.concat(last).length).toBeLessThan(20_000)
    await restore(host, [from(whole), from(increment), from(last)], at('copy'))
    expect(await listing(scope, 'copy')).toBe(await listing(scope, 'tree'))

    // And in two steps, the second over what the first has restored.
    const restored = await restore(host, [from(whole), from(increment)], at('steps'))
    await restore(host, from(last), at('steps'), { onto: restored })
    expect(await listing(scope, 'steps')).toBe(await listing(scope, 'tree'))
    expect(await shell('ls -A')).toBe('copy\nsteps\ntree\n')
  })

  exactCase('what was restored is the base of the next archive, and little is in that', async (scope) => {
    const { host, at, shell } = scope
    await shell('mkdir -p tree/d && cd tree && head -c 500000 /dev/urandom >d/large && echo 1 >f')
    const whole = await collect((await archive(host, at('tree'))).stream)
    const restored = await restore(host, from(whole), at('copy'))
    await shell('echo 2 >copy/f')
    const next = await archive(host, at('copy'), { base: restored })
    const increment = await collect(next.stream)
    expect(Buffer.concat(increment).length).toBeLessThan(20_000)
    await restore(host, [from(whole), from(increment)], at('again'))
    expect(await listing(scope, 'again')).toBe(await listing(scope, 'copy'))
  })

  contractCase('an incremental archive without its base is refused', async (scope) => {
    const { host, at, shell } = scope
    await shell('mkdir tree && echo 1 >tree/f && mkdir copy && echo old >copy/old')
    const first = await archive(host, at('tree'))
    const whole = await collect(first.stream)
    await shell('echo 2 >tree/f')
    const increment = await collect((await archive(host, at('tree'), { base: first.manifest })).stream)
    const unsafe = { name: 'HostError', code: 'archive-unsafe' }
    await expect(restore(host, from(increment), at('copy'))).rejects.toMatchObject(unsafe)
    await expect(restore(host, [from(whole), from(whole)], at('copy'))).rejects.toMatchObject(unsafe)
    await expect(restore(host, [from(increment), from(whole)], at('copy'))).rejects.toMatchObject(unsafe)
    await expect(restore(host, from(increment), at('copy'), { onto: first.manifest })).rejects.toMatchObject(
      unsafe,
    )
    expect(await shell('ls -A; cat copy/old')).toBe('copy\ntree\nold\n')
  })
}

function failures(contractCase: ContractCase): void {
  contractCase(
    'a stream that fails, is cut or damaged leaves what was there, and nothing else',
    async (scope) => {
      const { host, at, shell } = scope
      await shell(
        'mkdir tree copy && head -c 3000000 /dev/urandom >tree/f && echo new >tree/g && echo old >copy/old',
      )
      const whole = Buffer.concat(await collect((await archive(host, at('tree'))).stream))
      const damaged = Buffer.from(whole)
      damaged[1_500_000] = (damaged[1_500_000] ?? 0) ^ 1
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield whole.subarray(0, 2_000_000)
        throw new RangeError('the store is gone')
      }
      const unsafe = { name: 'HostError', code: 'archive-unsafe' }
      for (const bytes of [
        whole.subarray(0, -1),
        whole.subarray(0, 1_000_000),
        damaged,
        Buffer.alloc(0),
        Buffer.from('no archive'),
      ])
        await expect(restore(host, from([bytes]), at('copy')), String(bytes.length)).rejects.toMatchObject(
          unsafe,
        )
      await expect(restore(host, failing(), at('copy'))).rejects.toBeInstanceOf(RangeError)
      await expect(
        restore(host, from([whole]), at('copy'), { limits: { maxBytes: 1_000 } }),
      ).rejects.toMatchObject(unsafe)
      expect(await shell('ls -A; ls -A copy')).toBe('copy\ntree\nold\n')
      await restore(host, from([whole]), at('copy'))
      expect(await shell('ls -A copy')).toBe('f\ng\n')
    },
  )

  contractCase('an abort ends a restore and an archive; what was there stays', async (scope) => {
    const { host, at, shell } = scope
    await shell('mkdir tree copy && head -c 3000000 /dev/urandom >tree/f && echo old >copy/old')
    const whole = Buffer.concat(await collect((await archive(host, at('tree'))).stream))
    const reason = new Error('enough')
    const stop = new AbortController()
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 2_000_000)
      stop.abort(reason)
      yield whole.subarray(2_000_000)
    }
    await expect(restore(host, endless(), at('copy'), { signal: stop.signal })).rejects.toBe(reason)
    expect(await shell('ls -A; ls -A copy')).toBe('copy\ntree\nold\n')
    const stall = new AbortController()
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 2_000_000)
      setImmediate(() => stall.abort(reason))
      await new Promise(() => undefined)
    }
    await expect(restore(host, stalling(), at('copy'), { signal: stall.signal })).rejects.toBe(reason)
    expect(await shell('ls -A; ls -A copy')).toBe('copy\ntree\nold\n')
    const again = new AbortController()
    const made = await archive(host, at('tree'), {
      signal: again.signal,
      onProgress: () => again.abort(reason),
    })
    await expect(collect(made.stream)).rejects.toBe(reason)
  })

  contractCase('leaving the stream early ends the programs', async ({ host, at, shell }) => {
    await shell('mkdir tree && head -c 9000000 /dev/urandom >tree/f')
    const { stream } = await archive(host, at('tree'))
    let chunks = 0
    for await (const _chunk of stream) {
      chunks += 1
      if (chunks === 3) break
    }
    expect(chunks).toBe(3)
  })

  contractCase(
    'what a killed restore has left is swept by the next, and what it had put aside is put back',
    async (scope) => {
      const { host, at, shell } = scope
      await shell(
        'mkdir tree && echo new >tree/f && mkdir -p .copy.x-restore-1/old .copy.x-restore-1/new .copy.x-restore-2/new other && echo old >.copy.x-restore-1/old/f && echo "999999 1" >.copy.x-restore-1/owner',
      )
      const none = Buffer.from('no archive')
      await expect(restore(host, from([none]), at('copy'))).rejects.toMatchObject({ code: 'archive-unsafe' })
      expect(await shell('ls -A; cat copy/f')).toBe('copy\nother\ntree\nold\n')
    },
  )

  contractCase(
    'a file that goes or grows while it is archived is no failure',
    async ({ host, at, shell }) => {
      await shell('mkdir tree && for i in 1 2 3 4 5 6 7 8 9; do echo $i >tree/$i; done')
      const { stream } = await archive(host, at('tree'))
      await shell('rm tree/3 tree/4; echo more >>tree/5; mkdir tree/10')
      await restore(host, stream, at('copy'))
      expect(await host.files.list(at('copy'))).toEqual(['1', '2', '5', '6', '7', '8', '9'])
    },
  )

  contractCase('a file that may not be read is told, not left out', async ({ host, at, shell }) => {
    await shell('mkdir tree && echo x >tree/closed && chmod 000 tree/closed')
    const { stream } = await archive(host, at('tree'))
    const reading = collect(stream)
    if (host.facts.uid === 0) expect((await reading).length).toBeGreaterThan(0)
    else await expect(reading).rejects.toMatchObject({ name: 'HostError', code: 'permission-denied' })
  })

  contractCase('misuse is told at once; what is no directory by its code', async ({ host, at, shell }) => {
    await shell('echo x >file')
    await expect(archive(host, 'tree')).rejects.toBeInstanceOf(TypeError)
    await expect(archive(host, at('file'), { exclude: [''] })).rejects.toBeInstanceOf(TypeError)
    await expect(restore(host, from([]), 'tree')).rejects.toBeInstanceOf(TypeError)
    await expect(restore(host, [], at('tree'))).rejects.toBeInstanceOf(TypeError)
    await expect(restore(host, from([]), at('tree'), { limits: { maxEntries: -1 } })).rejects.toBeInstanceOf(
      TypeError,
    )
    await expect(archive(host, at('missing'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(archive(host, at('file'))).rejects.toMatchObject({ code: 'not-a-directory' })
    await expect(restore(host, from([]), at('file'))).rejects.toMatchObject({ code: 'not-a-directory' })
  })
}
