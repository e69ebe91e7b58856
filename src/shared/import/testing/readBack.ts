/** A recording written as a trace and read back, all in memory: for tests here and elsewhere; never used by the product. */
import { deflateSync, inflateSync } from 'node:zlib';
import { chrome } from '../../export/chrome/chrome.ts';
import { perfetto } from '../../export/perfetto/perfetto.ts';
import { sourceOf } from '../../export/testing/oddNames.ts';
import type { ExportScope } from '../../export/types.ts';
import { SessionModel } from '../../model/session.ts';
import { ChromeReader } from '../chrome.ts';
import { PerfettoReader } from '../perfetto.ts';

export type TraceFormat = 'chrome' | 'perfetto';

/** The pieces of the file. */
export function traceOf(format: TraceFormat, model: SessionModel, scope: Partial<ExportScope> = {}): Uint8Array[] {
  const write = format === 'chrome' ? chrome : perfetto((bytes) => deflateSync(bytes, { level: 3 }));
  return Array.from(write(sourceOf(model, scope)), ({ bytes }) => bytes.slice());
}

/** What stands behind the tag and the length of each packet. */
function packetOf(piece: Uint8Array): Uint8Array {
  let at = 1;
  while (piece[at++] > 127);
  return piece.subarray(at);
}

export function readBack(format: TraceFormat, model: SessionModel, scope: Partial<ExportScope> = {}): SessionModel {
  const pieces = traceOf(format, model, scope);
  const back = new SessionModel('back');
  back.restore((store) => {
    if (format === 'chrome') {
      const reader = new ChromeReader(store);
      for (const line of Buffer.concat(pieces).toString('utf8').split('\n')) reader.line(line);
      reader.restorer!.finish();
    } else {
      const reader = new PerfettoReader(store, (bytes) => inflateSync(bytes));
      for (const piece of pieces) reader.packet(packetOf(piece));
      reader.finish();
    }
  });
  return back;
}
