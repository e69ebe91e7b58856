/** HTML as data, so that text from a program cannot be anything but text. Pure. */
import { escapeXml, svg, type SvgNode } from '../../draw/svg.ts';

/** An element of the page: those of SVG and of HTML are written alike. */
export type Element = SvgNode;
export type Child = Element | string;

export const el = svg;

/** Without an end tag in HTML. */
const VOID = new Set(['meta', 'br', 'hr', 'input']);

export function toHtml(node: Child): string {
  if (typeof node === 'string') return escapeXml(node);
  const { tag, attributes, children } = node;
  const words = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`);
  const open = `<${tag}${words.join('')}>`;
  return VOID.has(tag) ? open : `${open}${children.map(toHtml).join('')}</${tag}>`;
}

/** More of a name nobody reads. */
const LONGEST = 300;
/** What is not to be seen, or turns around what stands beside it: controls, bidirectional marks and overrides. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const seenOf = (text: string): string => text.replace(UNSEEN, '\ufffd');

/** A sentence of ours, left to right whatever names are in it. */
export const sentence = (text: string): Element => el('span', { class: 'name', dir: 'ltr' }, seenOf(text));

/** A program's text: isolated, so that its direction changes nothing around it, and cut where it is longer than a page. */
export function name(text: string, longest = LONGEST): Element {
  const seen = seenOf(text);
  const signs = Array.from(seen.slice(0, 2 * longest));
  const cut = signs.length > longest || seen.length > 2 * longest;
  return el('bdi', { class: 'name' }, cut ? `${signs.slice(0, longest).join('')}…` : seen);
}
