/** The officer's console: a page a file below pages/, the frame around them, and who is signed in. */
import { render } from 'preact'
import { openSession } from './api/session.ts'
import { Frame } from './frame.tsx'
import { followHistory } from './kit/router.ts'
import { showTheme } from './kit/theme.ts'
import { language } from './words/words.ts'
import './style/tokens.css'
import './style/base.css'
import './style/frame.css'
import './style/parts.css'

document.documentElement.lang = language.value
showTheme()
followHistory()
void openSession()
render(<Frame />, document.getElementById('console')!)
