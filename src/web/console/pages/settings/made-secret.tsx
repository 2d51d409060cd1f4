/** A password or a token that was made: shown this once. */
import { CopyButton } from '../../kit/copy.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { useWords } from '../../words/words.ts'

export interface Made {
  readonly title: string
  readonly secret: string
}

export function MadeSecret({
  made: { title, secret },
  onClose,
}: {
  readonly made: Made
  readonly onClose: () => void
}) {
  const { settings, account } = useWords()
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        <p>{settings.shownOnce}</p>
        <p class="secret">
          <code>{secret}</code>
        </p>
        <div class="actions">
          <CopyButton text={secret} />
          <button type="button" class="primary" onClick={onClose}>
            {account.kept}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
