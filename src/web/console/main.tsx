/** The officer's console: a page a file below pages/, the frame around them, and who is signed in. */
// Before all pages: what a page says of itself is said behind them.
import './style/tokens.css'
import './style/base.css'
import './style/frame.css'
import './style/parts.css'
import { render } from 'preact'
import { openSession } from './api/session.ts'
import { Frame } from './frame.tsx'
import { followHistory } from './kit/router.ts'
import { followMachine } from './kit/theme.ts'
import { language } from './words/words.ts'

document.documentElement.lang = language.value
followMachine()
followHistory()
void openSession()
render(<Frame />, document.getElementById('console')!)
