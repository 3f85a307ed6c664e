import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDiff, readChange } from '../../src/text/parse-diff.ts'

const TWO_FILES = `diff --git a/src/a.ts b/src/a.ts
index 1111111..2222222 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,3 +1,3 @@ function a
 one
--- two
+++ deux
 three
\\ No newline at end of file
diff --git a/b c.txt b/b c.txt
new file mode 100644
--- /dev/null
+++ b/b c.txt
@@ -0,0 +1,2 @@
+hello
+
diff --git a/old.txt b/new.txt
similarity index 100%
rename from old.txt
rename to new.txt
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git "a/\\303\\244.txt" "b/\\303\\244.txt"
Binary files "a/\\303\\244.txt" and "b/\\303\\244.txt" differ
`

describe('parseDiff', () => {
  test('tells files, kinds, counts and line numbers', () => {
    const files = parseDiff(TWO_FILES)
    expect(files.map(({ path, from, kind, added, removed }) => [path, from, kind, added, removed])).toEqual([
      ['src/a.ts', undefined, 'update', 1, 1],
      ['b c.txt', undefined, 'add', 2, 0],
      ['new.txt', 'old.txt', 'update', 0, 0],
      ['gone', undefined, 'delete', 0, 1],
      ['ä.txt', undefined, 'update', 0, 0],
    ])
    expect(files[0]?.lines).toEqual([
      { kind: 'hunk', text: '@@ -1,3 +1,3 @@ function a' },
      { kind: 'same', text: 'one', before: 1, after: 1 },
      { kind: 'removed', text: '-- two', before: 2 },
      { kind: 'added', text: '++ deux', after: 2 },
      { kind: 'same', text: 'three', before: 3, after: 3 },
      { kind: 'note', text: 'No newline at end of file' },
    ])
    expect(files[4]?.lines).toEqual([{ kind: 'note', text: 'A binary file.' }])
  })

  test('reads a diff that another tool has written', () => {
    const files = parseDiff(
      '--- a/x\t2026-01-01\n+++ b/x\t2026-01-01\n@@ -1 +1 @@\n-a\n+b\n--- y\n+++ y\n@@ -1 +1 @@\n-c\n+d\n',
    )
    expect(files.map(({ path, added, removed }) => [path, added, removed])).toEqual([
      ['x', 1, 1],
      ['y', 1, 1],
    ])
  })

  test('a hunk that is longer than it says loses nothing', () => {
    const [file] = parseDiff('@@ -1 +1 @@\n-a\n+b\n+c\n context\nnonsense')
    expect(file?.lines.map(({ kind, text }) => `${kind} ${text}`).slice(1)).toEqual([
      'removed a',
      'added b',
      'added c',
      'same context',
      'note nonsense',
    ])
  })

  test('any text is read', () => {
    const lines = fc.constantFrom(
      '+a',
      '-b',
      ' c',
      '',
      '@@ -1,2 +1,2 @@',
      '@@',
      '--- a/x',
      '+++ b/x',
      'diff --git a/x b/x',
      '\\ No',
      'x',
    )
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 30 }), (all) => {
        for (const { lines, added, removed } of parseDiff(all.join('\n'))) {
          expect(lines.filter(({ kind }) => kind === 'added')).toHaveLength(added)
          expect(lines.filter(({ kind }) => kind === 'removed')).toHaveLength(removed)
        }
      }),
    )
  })
})

describe('readChange', () => {
  test('a new file is all added, a deleted one all removed', () => {
    expect(readChange({ path: 'n', kind: 'add', diff: 'a\n+b\n' })).toMatchObject({ added: 2, removed: 0 })
    expect(readChange({ path: 'n', kind: 'add', diff: 'a\n+b' }).lines[1]).toEqual({
      kind: 'added',
      text: '+b',
      after: 2,
    })
    expect(readChange({ path: 'n', kind: 'delete', diff: 'a\n' })).toMatchObject({ added: 0, removed: 1 })
  })

  test('an update counts what its hunks hold, not the names above them', () => {
    const diff = '--- a/n\n+++ b/n\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n'
    expect(readChange({ path: 'n', kind: 'update', diff })).toMatchObject({ added: 1, removed: 1 })
    expect(readChange({ path: 'n', kind: 'update', diff: '@@ -5 +5 @@\n-x\n+y' }).lines.at(-1)).toEqual({
      kind: 'added',
      text: 'y',
      after: 5,
    })
  })
})
