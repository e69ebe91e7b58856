/**
 * Where threads let go of the GIL, and what they call: functions and lines, as the tracer tells them (SITE frames), and columns that name them.
 * Filled by ingest.ts, read by blame, details and the function trace. Index 0 is "not known".
 */
import type { Site } from '../protocol/control.ts';
import type { SiteInfo } from '../contract/types.ts';
import { ProtocolError } from '../protocol/frames.ts';
import { CHUNK, CHUNK_MASK, CHUNK_SHIFT, FIRST_CHUNK } from './columns.ts';

/** Beyond what programs have; the tracer itself knows at most 65,535 of a process. */
const MOST_SITES = 1 << 20;

/** Numbers by row, most of them 0: what was never set reads as 0. */
export class U32Column {
  private chunks: (Uint32Array | undefined)[] = [];

  set(i: number, value: number): void {
    const at = i >> CHUNK_SHIFT;
    const k = i & CHUNK_MASK;
    let chunk = this.chunks[at];
    if (chunk === undefined || k >= chunk.length) {
      let size = chunk?.length ?? (at === 0 ? FIRST_CHUNK : CHUNK);
      while (size <= k) size *= 2;
      const grown = new Uint32Array(size);
      if (chunk) grown.set(chunk);
      chunk = this.chunks[at] = grown;
    }
    chunk[k] = value;
  }

  get(i: number): number {
    return this.chunks[i >> CHUNK_SHIFT]?.[i & CHUNK_MASK] ?? 0;
  }
}

const unknownSite = (idx: number, process: number): SiteInfo => ({
  ...{ idx, process, name: '', qualname: null, file: '', firstLine: 0, line: null, builtin: false },
});

/** The sites of a session; `infos[0]` stands for all that is not known. */
export class Sites {
  readonly infos: SiteInfo[] = [unknownSite(0, -1)];
  /** Of each process: the tracer's number of a site -> its index here. */
  private byProcess = new Map<number, Map<number, number>>();

  /** Index of a site of a process, which may be described later; 0 stays 0. */
  index(process: number, id: number): number {
    if (id === 0) return 0;
    let known = this.byProcess.get(process);
    if (known === undefined) this.byProcess.set(process, (known = new Map<number, number>()));
    const idx = known.get(id);
    if (idx !== undefined) return idx;
    if (this.infos.length >= MOST_SITES) throw new ProtocolError(`more than ${MOST_SITES} sites`);
    const fresh = this.infos.length;
    this.infos.push(unknownSite(fresh, process));
    known.set(id, fresh);
    return fresh;
  }

  /** A site under the index it had. */
  restore(site: SiteInfo): void {
    if (site.idx >= MOST_SITES) throw new ProtocolError(`more than ${MOST_SITES} sites`);
    while (this.infos.length <= site.idx) this.infos.push(unknownSite(this.infos.length, -1));
    this.infos[site.idx] = site;
  }

  describe(process: number, site: Site): void {
    if (site.id === 0) return;
    const info = this.infos[this.index(process, site.id)];
    info.name = site.name;
    info.qualname = site.qualname ?? null;
    info.file = site.file;
    info.firstLine = site.first_line;
    info.line = site.line ?? null;
    info.builtin = site.builtin ?? false;
  }

  /** Another image of the process counts its sites anew. */
  startOver(process: number): void {
    this.byProcess.delete(process);
  }
}
