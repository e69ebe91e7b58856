/**
 * The one frame scheduler of a timeline: however often something changes, each layer is drawn once in the next frame.
 * Also knows whether anything is pending, for `data-idle`.
 */
export type Layer = 'lanes' | 'overlay' | 'overview' | 'charts';

export class FrameScheduler {
  readonly #draw: (layers: ReadonlySet<Layer>) => void;
  readonly #pending = new Set<Layer>();
  #frame: number | null = null;
  #animations = new Set<(now: number) => boolean>();

  constructor(draw: (layers: ReadonlySet<Layer>) => void) {
    this.#draw = draw;
  }

  get idle(): boolean {
    return this.#frame === null;
  }

  request(...layers: Layer[]): void {
    for (const layer of layers) this.#pending.add(layer);
    this.#frame ??= requestAnimationFrame(this.#run);
  }

  /** Calls `step` before each frame until it returns false. Returns the way to stop it. */
  animate(step: (now: number) => boolean): () => void {
    this.#animations.add(step);
    this.#frame ??= requestAnimationFrame(this.#run);
    return () => this.#animations.delete(step);
  }

  stop(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#pending.clear();
    this.#animations.clear();
  }

  readonly #run = (now: number): void => {
    this.#frame = null;
    for (const step of this.#animations) if (!step(now)) this.#animations.delete(step);
    const layers = new Set(this.#pending);
    this.#pending.clear();
    if (this.#animations.size > 0) this.#frame ??= requestAnimationFrame(this.#run);
    this.#draw(layers);
  };
}
