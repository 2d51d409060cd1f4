/** Text that is to be carried elsewhere: as it is, and a button that copies it. */
import { useWords } from '../words/words.ts'
import { say } from './toast.tsx'

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const { kit } = useWords()
  return (
    <button
      type="button"
      onClick={(event) => {
        // In front of other things the area that is copied from must stand among them, or it gets no focus.
        const place = event.currentTarget.parentElement ?? document.body
        void copy(text, place).then((isCopied) => say(isCopied ? kit.copied : kit.notCopied))
      }}
    >
      {label ?? kit.copy}
    </button>
  )
}

/** Browsers give the clipboard to pages over TLS alone; elsewhere it is copied from a selection. */
async function copy(text: string, place: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'for-ears'
    place.append(area)
    area.select()
    const isCopied = document.execCommand('copy')
    area.remove()
    return isCopied
  }
}
