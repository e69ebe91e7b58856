/** Every question a model can be asked, over the whole, a part, nothing and beyond. None may throw; each answer crosses to a window. */
import { encodeMessage } from '../../src/shared/contract/messages.ts';
import type { SessionModel } from '../../src/shared/model/session.ts';

/** An answer is as large as a screen, whatever was asked about. */
const MOST_BYTES = 32 << 20;

export function askAll(model: SessionModel): void {
  const end = Math.max(model.endNs, 1);
  const range = { start: end / 3, end: end / 2 };
  const threads = model.threads.slice(0, 20).map(({ idx }) => idx);
  const answers: unknown[] = [
    ...[model.timeline({ start: 0, end, px: 300 }), model.timeline({ start: -end, end: end * 2, px: 3 })],
    ...[model.timeline({ start: end, end: 0, px: 0 }), model.overview(60), model.stats(), model.stats(range)],
    ...[model.summary(), model.blame(), model.blame(range), model.functions(range, { search: 'f' })],
    model.watches({ start: 0, end, px: 100 }),
    model.flame({ start: -end, end: end * 2, px: 50, threads: [...threads, 9999], minNs: 1, search: 'f' }),
    ...threads.map((thread) => model.details(thread, end / 2)),
    ...[model.processes, model.threads, model.gils, model.head === null ? null : { ...model.head, start_ns: '' }],
  ];
  for (const reply of answers) {
    const { length } = encodeMessage({ id: 1, ok: true, reply: reply as never });
    if (length > MOST_BYTES) throw new Error(`an answer of ${length} bytes`);
  }
}
