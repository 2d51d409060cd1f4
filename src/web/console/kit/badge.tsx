/** A state in a word, with a colour that is never alone in saying it. */
export type Tone = 'good' | 'notice' | 'bad' | 'plain'

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span class={`badge ${tone}`}>{children}</span>
}
