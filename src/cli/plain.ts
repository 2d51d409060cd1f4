/** What came in from outside may not steer a terminal: control characters, and those that turn the direction of writing. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd')
}
