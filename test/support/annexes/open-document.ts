/** Flat OpenDocument files (OASIS ODF 1.3), as they are given to an office program to make others of. */
import { escapeXml } from '../office-documents.ts'

const SPACES = ['office:office', 'style:style', 'text:text', 'table:table', 'draw:drawing', 'svg:svg-compatible', 'fo:xsl-fo-compatible', 'form:form'] // prettier-ignore

/** `kind`: `text` or `spreadsheet`. `body`: what stands in `office:text` or `office:spreadsheet`. */
export function flatDocument(
  kind: 'text' | 'spreadsheet',
  styles: string,
  automatic: string,
  master: string,
  body: string,
): string {
  const names = SPACES.map((space) => {
    const [prefix, name] = space.split(':') as [string, string]
    return `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<office:document ${names.join(' ')} xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.${kind}">
<office:styles>${styles}</office:styles>
<office:automatic-styles>${automatic}</office:automatic-styles>
<office:master-styles>${master}</office:master-styles>
<office:body><office:${kind}>${body}</office:${kind}></office:body></office:document>`
}

/** `\n` is a line break, two blanks in a row stay two, a tab is a tab. */
export function inlineText(text: string): string {
  return escapeXml(text)
    .replaceAll('\n', '<text:line-break/>')
    .replaceAll('\t', '<text:tab/>')
    .replace(/ {2,}/g, (blanks) => ` <text:s text:c="${blanks.length - 1}"/>`)
}

/** A paragraph of `style`; `content` is XML already. */
export function styledParagraph(style: string, content: string): string {
  return `<text:p text:style-name="${style}">${content}</text:p>`
}

export interface Property {
  readonly name: string
  readonly family: string
  /** The element inside `style:style`, as XML. */
  readonly properties: string
  readonly attributes?: string
}

export function style({ name, family, properties, attributes = '' }: Property): string {
  return `<style:style style:name="${name}" style:family="${family}" ${attributes}>${properties}</style:style>`
}
