/**
 * Colours and textures of the canvases for one theme and one pixel density. Colours come from the tokens of
 * styles/tokens.css; textures are small tiles. Made by the controller when theme or density changes.
 */
export interface Ink {
  readonly bg: string;
  readonly panel: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly wait: string;
  readonly font: string;
  /** The family of `font`, for other sizes. */
  readonly family: string;
  /** Red diagonal hatching on a pale red ground. */
  readonly hatch: CanvasPattern | string;
  /** Grey hatching the other way, for what is not known. */
  readonly unknown: CanvasPattern | string;
  /** Lines of the background laid over estimated intervals. */
  readonly estimated: CanvasPattern | string;
  /** Fine upright lines, for many short calls that stand together. */
  readonly crowd: CanvasPattern | string;
  /** Side of the tiles in device pixels: textures are shifted with the content by multiples of it. */
  readonly tile: number;
}

/** Where drawing goes: everything below is in device pixels. */
export type Ctx = CanvasRenderingContext2D;

/** The little of it that lanes and strips need; draw/svgPen.ts writes SVG with it. */
export type Pen = Pick<
  Ctx,
  | 'fillStyle'
  | 'strokeStyle'
  | 'globalAlpha'
  | 'lineWidth'
  | 'fillRect'
  | 'strokeRect'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'roundRect'
  | 'fill'
  | 'stroke'
  | 'setLineDash'
  | 'fillText'
>;

/** Side of a texture's tile. */
export const TILE_CSS = 6;
/** Opacities of ground and lines, and the lines' width in CSS pixels: of waits, and of what is not known. */
export const HATCH = { ground: { dark: 0.22, light: 0.13 }, line: { dark: 0.85, light: 0.75 }, width: 1.05 } as const;
export const UNKNOWN_HATCH = { ground: 0.12, line: 0.55, width: 0.8 } as const;

function tile(size: number, paint: (ctx: OffscreenCanvasRenderingContext2D) => void): OffscreenCanvas {
  const canvas = new OffscreenCanvas(size, size);
  const ctx = canvas.getContext('2d');
  if (ctx !== null) paint(ctx);
  return canvas;
}

/** One diagonal, drawn three times so that the tile joins its neighbours without a seam. */
function diagonal(ctx: OffscreenCanvasRenderingContext2D, size: number, width: number, rising: boolean): void {
  ctx.lineWidth = width;
  ctx.lineCap = 'square';
  ctx.beginPath();
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift, rising ? size : 0);
    ctx.lineTo(shift + size, rising ? 0 : size);
  }
  ctx.stroke();
}

/** @param token reads a CSS custom property, "--bg" and so on */
export function makeInk(ctx: Ctx, token: (name: string) => string, dpr: number, dark: boolean): Ink {
  const size = Math.max(4, Math.round(TILE_CSS * dpr));
  const theme = dark ? 'dark' : 'light';
  const colours = {
    bg: token('--bg'),
    panel: token('--panel'),
    line: token('--line'),
    text: token('--text'),
    muted: token('--muted'),
    accent: token('--accent'),
    wait: token('--wait'),
  };
  const hatch = tile(size, (t) => {
    t.fillStyle = colours.wait;
    t.globalAlpha = HATCH.ground[theme];
    t.fillRect(0, 0, size, size);
    t.globalAlpha = HATCH.line[theme];
    t.strokeStyle = colours.wait;
    diagonal(t, size, Math.max(1, HATCH.width * dpr), true);
  });
  const unknown = tile(size, (t) => {
    t.fillStyle = colours.muted;
    t.globalAlpha = UNKNOWN_HATCH.ground;
    t.fillRect(0, 0, size, size);
    t.globalAlpha = UNKNOWN_HATCH.line;
    t.strokeStyle = colours.muted;
    diagonal(t, size, Math.max(1, UNKNOWN_HATCH.width * dpr), false);
  });
  const estimated = tile(size, (t) => {
    t.fillStyle = colours.bg;
    t.globalAlpha = dark ? 0.26 : 0.42;
    t.fillRect(0, 0, size, Math.max(1, Math.round(dpr)));
    t.fillRect(0, Math.round(size / 2), size, Math.max(1, Math.round(dpr)));
  });
  const crowd = tile(size, (t) => {
    t.fillStyle = colours.muted;
    t.globalAlpha = 0.16;
    t.fillRect(0, 0, size, size);
    t.globalAlpha = dark ? 0.3 : 0.36;
    const hair = Math.max(1, Math.round(dpr));
    for (const x of [0, Math.round(size / 2)]) t.fillRect(x, 0, hair, size);
  });
  const family = token('--font-ui');
  return {
    ...colours,
    font: `600 ${11 * dpr}px ${family}`,
    family,
    hatch: ctx.createPattern(hatch, 'repeat') ?? colours.wait,
    unknown: ctx.createPattern(unknown, 'repeat') ?? colours.muted,
    estimated: ctx.createPattern(estimated, 'repeat') ?? 'transparent',
    crowd: ctx.createPattern(crowd, 'repeat') ?? colours.muted,
    tile: size,
  };
}

/** Lets textures move with the content instead of shimmering under it: (x, y) is where time 0 and the top of the content are. */
export function anchorTextures(ink: Ink, x: number, y: number): void {
  const e = ((x % ink.tile) + ink.tile) % ink.tile;
  const f = ((y % ink.tile) + ink.tile) % ink.tile;
  for (const pattern of [ink.hatch, ink.unknown, ink.estimated, ink.crowd]) {
    if (typeof pattern !== 'string')
      pattern.setTransform({ a: 1, b: 0, c: 0, d: 1, e: Math.round(e), f: Math.round(f) });
  }
}
