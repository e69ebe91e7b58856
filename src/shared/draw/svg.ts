/**
 * SVG as data: drawn by pure functions, then either shown by React (help/Drawing.tsx) or written to a file (shared/figure). Attributes
 * have their SVG names. Pure.
 */
export interface SvgNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (SvgNode | string)[];
}

export const svg = (
  tag: string,
  attributes: SvgNode['attributes'] = {},
  ...children: SvgNode['children']
): SvgNode => ({
  tag,
  attributes,
  children,
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
/** What XML 1.0 cannot say at all, not even escaped: control characters, halves of a surrogate pair, the two non-characters. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

export const escapeXml = (text: string): string =>
  text.replace(NOT_XML, '\ufffd').replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

/** The node as XML. */
export function toXml({ tag, attributes, children }: SvgNode): string {
  const words = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`);
  if (children.length === 0) return `<${tag}${words.join('')}/>`;
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(child) : toXml(child)));
  return `<${tag}${words.join('')}>${inner.join('')}</${tag}>`;
}
