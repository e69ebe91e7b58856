/** The window's side of scale.ts: the real page in Chromium, moved by its own keys and measured by its own frame clock. */
import { chromium, type Browser, type Page } from 'playwright';

/** Milliseconds: half of them were no longer, 95 of 100, the longest. */
export type Spread = [number, number, number];

/** What was seen while the view was zoomed and panned without a pause. */
export interface Moved {
  frames: number;
  /** From frame to frame: 16.7 where none was left out. */
  intervalMs: Spread;
  /** What the page itself did for a frame. */
  workMs: Spread;
  longTasks: Tasks;
}

/** Tasks of more than 50 ms: how many, and the longest. */
export interface Tasks {
  count: number;
  longestMs: number;
}

export interface WindowFigures {
  firstPictureS: number;
  /** While the session was read, or recorded. */
  first: Moved;
  /** When all of it was there. */
  then: Moved;
  /** All tasks of more than 50 ms of the page since it was opened. */
  longTasks: Tasks;
  pageHeapMb: number;
}

interface Watch {
  opened: number;
  picture: number | null;
  intervals: number[];
  work: number[];
  tasks: number[];
  moving: boolean;
}

declare global {
  var benchWatch: Watch;
}

/** Runs in the page before it does. */
function watchPage(): void {
  const watch: Watch = { opened: 0, picture: null, intervals: [], work: [], tasks: [], moving: false };
  globalThis.benchWatch = watch;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watch.tasks.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  let [frame, spent] = [0, 0];
  globalThis.requestAnimationFrame = (run) =>
    request((now) => {
      if (now !== frame) [frame, spent] = [now, 0];
      const begun = performance.now();
      run(now);
      spent += performance.now() - begun;
      if (watch.moving) watch.work.push(spent);
    });
  let last = 0;
  const tick = (now: number): void => {
    if (watch.moving && last > 0) watch.intervals.push(now - last);
    last = watch.moving ? now : 0;
    request(tick);
  };
  request(tick);
  new MutationObserver(() => {
    const drawn = document.querySelector<HTMLElement>('[data-testid=timeline]')?.dataset.drawnRevision;
    if (watch.picture !== null || drawn === undefined || Number(drawn) < 0) return;
    // It is on the screen with the frame after.
    watch.picture = -1;
    request(() => (watch.picture = performance.now()));
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-drawn-revision'] });
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => tenth(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return [at(0.5), at(0.95), tenth(sorted.at(-1) ?? NaN)];
}

const tasksOf = (ms: number[]): Tasks => ({ count: ms.length, longestMs: Math.max(0, ...ms) });

/** In, along both ways, out: at several scales, each key held. */
const KEYS = ['w', 'd', 'a', 'w', 'd', 'w', 'a', 's', 'd', 's', 's'];
const HELD_MS = 700;

export class Window {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async open(executablePath: string, url: string): Promise<Window> {
    const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage'] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(180_000);
    await page.addInitScript(watchPage);
    await page.goto(url);
    await page.getByTestId('open-file').waitFor();
    return new Window(browser, page);
  }

  /** As a user does. */
  async openFile(path: string): Promise<void> {
    const { page } = this;
    await page.getByTestId('open-file').click();
    await page.getByTestId('files-path').fill(path);
    await page.evaluate(() => (globalThis.benchWatch.opened = performance.now()));
    await page.getByTestId('files-path').press('Enter');
  }

  /** Seconds from the user's last key to the first picture that shows something. */
  async firstPicture(): Promise<number> {
    const handle = await this.page.waitForFunction(() => {
      const { opened, picture } = globalThis.benchWatch;
      return picture !== null && picture > 0 ? { ms: picture - opened } : null;
    });
    const { ms } = (await handle.jsonValue()) as { ms: number };
    return Math.round(ms) / 1000;
  }

  /** Zooms and pans for some seconds. */
  async moved(): Promise<Moved> {
    const { page } = this;
    await page.locator('[data-testid="timeline"]').focus();
    const before = await page.evaluate(() => {
      Object.assign(globalThis.benchWatch, { moving: true, intervals: [], work: [] });
      return globalThis.benchWatch.tasks.length;
    });
    for (const key of KEYS) {
      await page.keyboard.down(key);
      await page.waitForTimeout(HELD_MS);
      await page.keyboard.up(key);
    }
    const watch = await page.evaluate(() => {
      globalThis.benchWatch.moving = false;
      return globalThis.benchWatch;
    });
    const { intervals, work, tasks } = watch;
    return {
      ...{ frames: intervals.length, intervalMs: spreadOf(intervals), workMs: spreadOf(work) },
      longTasks: tasksOf(tasks.slice(before)),
    };
  }

  /** Nothing left to ask for or to draw. */
  async settled(): Promise<void> {
    await this.page.locator('[data-testid="timeline"][data-idle="true"]').waitFor();
  }

  async figures(firstPictureS: number, first: Moved): Promise<WindowFigures> {
    const then = await this.moved();
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    const used = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN;
    const longTasks = tasksOf(await this.page.evaluate(() => globalThis.benchWatch.tasks));
    return { firstPictureS, first, then, longTasks, pageHeapMb: Math.round(used / 2 ** 20) };
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
