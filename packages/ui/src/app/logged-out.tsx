import { ThemeSwitch } from '../theme/theme-switch.tsx'

/** What a browser without a valid login sees. */
export function LoggedOut() {
  return (
    <main className="x-door">
      <h1>This browser is not logged in</h1>
      <p>
        A link logs in one browser, once, and only for a while. Run <code>npm start</code> again for a fresh
        link: what runs goes on, nothing is lost.
      </p>
      <ThemeSwitch />
    </main>
  )
}
