/** A file and the document it came with: dropped or chosen, sent, then one is on the page of the import. */
import { useRef, useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Import } from '../../../../admin/import-schema.ts'
import type { ListReport } from '../../../../admin/reports.ts'
import { upload } from '../../api/call.ts'
import { Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { go, hrefOf } from '../../kit/router.ts'
import { Fault } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'

type List = Static<typeof ListReport>

/** `targets`: lists that take imports, at least one. */
export function UploadForm({ targets }: { readonly targets: readonly List[] }) {
  const { imports: words } = useWords()
  const format = useFormat()
  const [file, choose] = useState<File | null>(null)
  const [listId, chooseList] = useState(targets[0]!.id)
  const list = targets.find(({ id }) => id === listId) ?? targets[0]!
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    if (file === null) return
    const made = await upload<Static<typeof Import>>('/imports', file, {
      query: {
        name: file.name,
        list: list.id,
        document: typed(values, 'document').trim(),
        issuer: typed(values, 'issuer').trim(),
        issued: typed(values, 'issued'),
      },
    })
    go(hrefOf(`/lists/imports/${made.id}`))
  })
  return (
    <form class="upload" onSubmit={submit}>
      <FilePlace file={file} onChoose={choose} />
      <div class="filters">
        <Field label={words.list}>
          <select value={list.id} onChange={(event) => chooseList(event.currentTarget.value)}>
            {targets.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </Field>
        <Field label={words.document} hint={words.documentHint}>
          <input key={list.id} name="document" required maxLength={100} defaultValue={list.document} />
        </Field>
        <Field label={words.issuer}>
          <input key={list.id} name="issuer" maxLength={200} defaultValue={list.issuer} />
        </Field>
        <Field label={words.issued}>
          <input key={list.id} name="issued" type="date" defaultValue={list.issued ?? ''} />
        </Field>
      </div>
      {problem !== null && <Fault problem={problem} />}
      <div class="actions">
        {isDoing && file !== null && (
          <p class="progress" role="status">
            <progress aria-label={words.send} /> {words.sending(format.bytes(file.size))}
          </p>
        )}
        <button type="submit" class="primary" disabled={isDoing || file === null} aria-busy={isDoing}>
          {words.send}
        </button>
      </div>
    </form>
  )
}

function FilePlace({
  file,
  onChoose,
}: {
  readonly file: File | null
  readonly onChoose: (file: File) => void
}) {
  const { imports: words } = useWords()
  const format = useFormat()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const take = (files: FileList | null | undefined): void => {
    const first = files?.[0]
    if (first !== undefined) onChoose(first)
  }
  return (
    <div
      class={isOver ? 'drop is-over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files)
      }}
    >
      <input
        ref={input}
        type="file"
        class="for-ears"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => take(event.currentTarget.files)}
      />
      <p>
        {words.drop}{' '}
        <button type="button" onClick={() => input.current?.click()}>
          {words.chooseFile}
        </button>
      </p>
      {file === null ? (
        <p class="hint">{words.uploadHint}</p>
      ) : (
        <p role="status">
          <strong>{words.chosen(file.name, format.bytes(file.size))}</strong>
        </p>
      )}
    </div>
  )
}
