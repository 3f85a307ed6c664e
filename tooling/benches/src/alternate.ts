/**
 * Runs two sides in turn, in the order A B B A, so that a machine that grows slower or faster meets both alike.
 * The first pair warms up and does not count. @returns what each side gave, `n` of each
 */
export async function alternate<A, B>(
  n: number,
  a: () => Promise<A>,
  b: () => Promise<B>,
): Promise<{ readonly a: readonly A[]; readonly b: readonly B[] }> {
  await a()
  await b()
  const results: { a: A[]; b: B[] } = { a: [], b: [] }
  for (let pair = 0; pair < n; pair += 1) {
    const first = pair % 2 === 0
    if (first) results.a.push(await a())
    results.b.push(await b())
    if (!first) results.a.push(await a())
  }
  return results
}
