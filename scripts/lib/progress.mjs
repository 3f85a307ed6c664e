/** A line for the person at the terminal. stdout stays free for what a program may want to read. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** Says what is going on, that it still is (every ten seconds), and how long it took. */
export async function step(title, work) {
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  say(`x: ${title} ...`)
  const reminder = setInterval(() => say(`x: ${title}, ${seconds()} so far`), 10_000)
  try {
    const result = await work()
    say(`x: ${title}: done in ${seconds()}`)
    return result
  } finally {
    clearInterval(reminder)
  }
}
