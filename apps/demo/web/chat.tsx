import { Alone, SessionPage } from '@x/ui'
import { openPage } from './open-page.tsx'

await openPage((client) => <Alone client={client} pane={SessionPage} />)
