/**
 * Draws lanes and strips as SVG with the very functions that draw them on the canvas: a pen that writes down instead of painting.
 * Used by help/Drawing.tsx and by shared/figure. One unit is one pixel.
 */
import { svg, type SvgNode } from './svg.ts';
import { HATCH, TILE_CSS, UNKNOWN_HATCH, type Ink, type Pen } from './ink.ts';

type Style = Pen['fillStyle'];

/** Paths of one style that follow each other are one element. */
interface Stroke {
  readonly style: Readonly<Record<string, string | number>>;
  readonly key: string;
  readonly d: string[];
}

/** Ours are colours and `url(#...)` of patterns. */
const colour = (style: Style): string => (typeof style === 'string' ? style : 'none');
const short = (n: number): string => String(Math.round(n * 100) / 100);
const rectangle = (x: number, y: number, w: number, h: number) =>
  `M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z`;

export class SvgPen implements Pen {
  fillStyle: Style = '#000';
  strokeStyle: Style = '#000';
  globalAlpha = 1;
  lineWidth = 1;
  readonly #font: Readonly<Record<string, string | number>>;
  readonly #done: (Stroke | SvgNode)[] = [];
  #dash: readonly number[] = [];
  #path: string[] = [];

  /** @param font attributes of every text */
  constructor(font: Readonly<Record<string, string | number>>) {
    this.#font = font;
  }

  /** What was drawn, in its order. */
  get nodes(): SvgNode[] {
    return this.#done.map((one) => ('tag' in one ? one : svg('path', { ...one.style, d: one.d.join('') })));
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width > 0 && height > 0) this.#put(this.#filled(), rectangle(x, y, width, height));
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#put(this.#stroked(), rectangle(x, y, width, height));
  }

  beginPath(): void {
    this.#path = [];
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${short(x)} ${short(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`L${short(x)} ${short(y)}`);
  }

  /** With the four radii from the upper left one clockwise, as the lanes give them. */
  roundRect(x: number, y: number, w: number, h: number, [tl, tr, br, bl]: number[]): void {
    const arc = (r: number, dx: number, dy: number) =>
      r > 0 ? `a${short(r)} ${short(r)} 0 0 1 ${short(dx)} ${short(dy)}` : '';
    this.#path.push(
      `M${short(x + tl)} ${short(y)}H${short(x + w - tr)}${arc(tr, tr, tr)}V${short(y + h - br)}${arc(br, -br, br)}`,
      `H${short(x + bl)}${arc(bl, -bl, -bl)}V${short(y + tl)}${arc(tl, tl, -tl)}z`,
    );
  }

  fill(): void {
    this.#put(this.#filled(), ...this.#path);
  }

  stroke(): void {
    this.#put(this.#stroked(), ...this.#path);
  }

  setLineDash(dash: Iterable<number>): void {
    this.#dash = [...dash];
  }

  /** (x, y) is the middle of the text's left edge. */
  fillText(text: string, x: number, y: number): void {
    const size = Number(this.#font['font-size'] ?? 11);
    // A third of the size below the middle is the base line; `dominant-baseline` is not known to every program that shows SVG.
    this.#done.push(
      svg('text', { ...this.#font, x: short(x), y: short(y + 0.35 * size), fill: colour(this.fillStyle) }, text),
    );
  }

  #filled(): Stroke['style'] {
    return { fill: colour(this.fillStyle), ...this.#faded('fill-opacity') };
  }

  #stroked(): Stroke['style'] {
    const style = { fill: 'none', stroke: colour(this.strokeStyle), 'stroke-width': this.lineWidth };
    const dash = this.#dash.join(' ');
    return { ...style, ...(dash !== '' && { 'stroke-dasharray': dash }), ...this.#faded('stroke-opacity') };
  }

  #faded(name: string): Stroke['style'] {
    return this.globalAlpha === 1 ? {} : { [name]: this.globalAlpha };
  }

  #put(style: Stroke['style'], ...d: string[]): void {
    const key = JSON.stringify(style);
    const last = this.#done.at(-1);
    if (last !== undefined && 'key' in last && last.key === key) last.d.push(...d);
    else this.#done.push({ style, key, d });
  }
}

/** The colours an ink of SVG is made of: values, or `var(--wait)` where the page shows it. */
export type InkColours = Pick<Ink, 'bg' | 'panel' | 'line' | 'text' | 'muted' | 'accent' | 'wait'>;

/**
 * The ink of draw/ink.ts with its textures as patterns, which must stand in the `<defs>` of the same document.
 * @param id a prefix that no other drawing of the page has
 */
export function svgInk(colours: InkColours, family: string, dark: boolean, id: string): { ink: Ink; defs: SvgNode } {
  const tile = (name: string, ...children: SvgNode[]) =>
    svg(
      'pattern',
      { id: `${id}-${name}`, width: TILE_CSS, height: TILE_CSS, patternUnits: 'userSpaceOnUse' },
      ...children,
    );
  const ground = (fill: string, opacity: number) =>
    svg('rect', { width: TILE_CSS, height: TILE_CSS, fill, 'fill-opacity': opacity });
  const diagonal = (rising: boolean, stroke: string, width: number, opacity: number) =>
    svg('path', {
      d: [-TILE_CSS, 0, TILE_CSS]
        .map((x) => `M${x} ${rising ? TILE_CSS : 0}l${TILE_CSS} ${rising ? -TILE_CSS : TILE_CSS}`)
        .join(''),
      ...{ stroke, 'stroke-width': width, 'stroke-opacity': opacity, 'stroke-linecap': 'square', fill: 'none' },
    });
  const theme = dark ? 'dark' : 'light';
  const line = (y: number) =>
    svg('rect', { y, width: TILE_CSS, height: 1, fill: colours.bg, 'fill-opacity': dark ? 0.26 : 0.42 });
  const named = (name: string) => `url(#${id}-${name})`;
  return {
    ink: {
      ...colours,
      font: `600 11px ${family}`,
      family,
      hatch: named('hatch'),
      unknown: named('unknown'),
      estimated: named('estimated'),
      crowd: colours.muted,
      tile: TILE_CSS,
    },
    defs: svg(
      'defs',
      {},
      tile(
        'hatch',
        ground(colours.wait, HATCH.ground[theme]),
        diagonal(true, colours.wait, HATCH.width, HATCH.line[theme]),
      ),
      tile(
        'unknown',
        ground(colours.muted, UNKNOWN_HATCH.ground),
        diagonal(false, colours.muted, UNKNOWN_HATCH.width, UNKNOWN_HATCH.line),
      ),
      tile('estimated', line(0), line(TILE_CSS / 2)),
    ),
  };
}
