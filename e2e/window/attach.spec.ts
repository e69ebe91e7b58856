/** Attach from the window to a program that the test started itself; detach; the program never notices. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverage, openTab, sessionState } from '../lib/app.ts';
import { expect, test } from '../lib/fixtures.ts';
import { PYTHON } from '../lib/python.ts';

/** Counts in two threads until its file appears; every count is right or the program says so. */
const COUNTER = `
import os, sys, threading

counts = [0, 0]

def count(i):
    while not os.path.exists(sys.argv[1]):
        before = counts[i]
        for _ in range(1000):
            counts[i] += 1
        if counts[i] != before + 1000:
            os._exit(9)

threads = [threading.Thread(target=count, args=(i,), name="count-%d" % i) for i in range(2)]
for thread in threads:
    thread.start()
print("ready", flush=True)
for thread in threads:
    thread.join()
print("right" if min(counts) > 0 and not sum(counts) % 1000 else "wrong", flush=True)
`;

interface Counter {
  pid: number;
  /** Lets it end; what it said, and its exit status. */
  end: () => Promise<{ said: string; code: number | null }>;
  child: ChildProcess;
}

async function startCounter(folder: string): Promise<Counter> {
  const [script, stop] = [join(folder, 'counter.py'), join(folder, 'stop')];
  writeFileSync(script, COUNTER);
  const child = spawn(PYTHON.path, [script, stop], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const exited = once(child, 'close');
  await expect.poll(() => said).toContain('ready');
  const end = async () => {
    writeFileSync(stop, '');
    const [code] = (await exited) as [number | null];
    return { said, code };
  };
  return { pid: child.pid ?? -1, end, child };
}

let counter: Counter;

test.beforeEach(async ({ served }) => {
  counter = await startCounter(served.folder);
});
test.afterEach(() => {
  counter.child.kill('SIGKILL');
});

test('attach from the Start screen, detach, attach again from the dialog: the program ends with its right result', async ({
  page,
}) => {
  const { pid } = counter;
  await page.getByTestId('running-search').fill(String(pid));
  await expect(page.getByTestId('running-list')).toContainText('counter.py');
  await page.getByTestId(`attach-${pid}`).click();

  await expect(page.getByTestId('session-chip')).toContainText(`pid ${pid}`);
  await expect(page.getByTestId('attached')).toHaveText(/stood still/);
  await expect(page.getByTestId('coverage')).toHaveText(/[1-9][\d\s, ]* of/);
  for (const name of ['MainThread', 'count-0', 'count-1'])
    await expect(page.getByTestId('timeline').getByText(name, { exact: true })).toBeVisible();

  await expect(page.getByTestId('stop')).toHaveText('Detach');
  await page.getByTestId('stop').click();
  await expect(sessionState(page)).toHaveAccessibleName('detached · program runs on');
  const { captured, counted } = await coverage(page);
  expect(captured).toBeGreaterThan(0);
  expect(captured).toBe(counted);
  expect(counter.child.exitCode).toBeNull();

  await page.keyboard.press('Control+Shift+A');
  const dialog = page.getByTestId('attach-dialog');
  await dialog.getByTestId('running-search').fill(String(pid));
  await dialog.getByTestId('running-search').press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId('attached')).toBeVisible();
  await expect(page.getByTestId('coverage')).toHaveText(/[1-9][\d\s, ]* of/);

  const { said, code } = await counter.end();
  expect(said).toContain('right');
  expect(code).toBe(0);
  await expect(sessionState(page)).toHaveAccessibleName(/exit 0|ended/);
});

test('a program that is recorded leads to its session, and is ended only after a question', async ({ page }) => {
  const { pid } = counter;
  await page.getByTestId('running-search').fill(String(pid));
  await page.getByTestId(`attach-${pid}`).click();
  await expect(page.getByTestId('attached')).toBeVisible();
  await page.getByTestId('new-session').click();
  await page.getByTestId('menu-launch').click();
  await page.getByTestId('running-search').fill(String(pid));
  await expect(page.getByTestId(`attach-${pid}`)).toHaveText('Show');
  await page.getByTestId(`attach-${pid}`).click();
  await expect(page.getByTestId('attached')).toBeVisible();

  await openTab(page, 'threads');
  await expect(page.getByTestId('panel-threads')).toContainText('count-1');
  await page.getByTestId('end-program').click();
  await page.getByTestId('menu-sigkill').click();
  await expect(page.getByTestId('confirm')).toContainText('did not start');
  expect(counter.child.signalCode).toBeNull();
  await page.getByTestId('confirm-yes').click();
  await expect(sessionState(page)).toHaveAccessibleName(/SIGKILL|lost|ended/);
  expect(counter.child.signalCode).toBe('SIGKILL');
});

test('how it is measured is chosen, and remembered even when the page is loaded anew at once', async ({ page }) => {
  const { pid } = counter;
  await expect(page.getByTestId('attach-measurement')).toHaveText('Measurement: best available');
  await page.keyboard.press('Control+Shift+A');
  const dialog = page.getByTestId('attach-dialog');
  await dialog.getByTestId('attach-measurement').click();
  await expect(dialog.getByTestId('attach-looks')).toHaveValue('50');
  await dialog.getByTestId('attach-looks').selectOption('200');
  await dialog.getByTestId('attach-engine').selectOption('estimated');
  await page.reload();
  await expect(page.getByTestId('attach-measurement')).toHaveText('Measurement: estimated, 200 looks a second');
  await page.getByTestId('attach-measurement').click();
  await expect(page.getByTestId('attach-looks')).toHaveValue('200');
  await expect(page.getByTestId('attach-engine')).toHaveValue('estimated');
  await page.getByTestId('running-search').fill(String(pid));
  await page.getByTestId(`attach-${pid}`).click();
  await expect(page.getByTestId('engine-badge')).toContainText('estimated');
});
