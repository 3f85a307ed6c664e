/** A line for the person at the terminal. stdout stays free for what a program may want to read. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** Says what is going on, that it still is (after ten seconds and then every thirty), and how long it took. */
export async function step(title, work) {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  say(`x: ${title} ...`)
  const remind = () => say(`x: ${title}, ${seconds()} so far`)
  const first = setTimeout(remind, 10_000)
  const later = setInterval(remind, 30_000)
  try {
    const result = await work()
    say(`x: ${title}: done in ${seconds()}`)
    return result
  } finally {
    clearTimeout(first)
    clearInterval(later)
  }
}
