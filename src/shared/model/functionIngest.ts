/** The function trace of one process as its frames come in. Called by ingest.ts. */
import type { ProcessState } from '../protocol/control.ts';
import type { CallBlock, Tally } from '../protocol/functionTrace.ts';
import { TrackCalls } from './calls.ts';
import type { Store } from './store.ts';
import type { ProcessTrack, Track } from './track.ts';

export class FunctionIngest {
  constructor(
    private readonly store: Store,
    private readonly process: ProcessTrack,
  ) {}

  state({ functions: on, functions_min_ns: minNs, functions_reason: reason }: ProcessState): void {
    const { functions } = this.process;
    if (on != null) {
      functions.on = on;
      functions.ever ||= on;
    }
    if (minNs != null) functions.minNs = Number(minNs);
    // Said anew with `functions`: why it was not, is over when it is. By itself null takes it back.
    if (on != null || reason !== undefined) functions.reason = reason ?? null;
    this.process.functionsReason = functions.reason ?? this.process.functionsReason;
  }

  calls(track: Track, block: CallBlock): void {
    const functions = this.indices(block.sites);
    const calls = (track.calls ??= new TrackCalls(this.store.callRoom));
    calls.apply(block, functions);
    track.info.callLevels = calls.levels.length;
  }

  tally(track: Track, tally: Tally): void {
    const functions = this.indices(tally.sites);
    track.tallies ??= this.store.tallyRoom.column();
    track.tallies.push(tally.from, tally.until, functions, tally.sums);
  }

  private indices(sites: Uint32Array): Uint32Array {
    this.process.functions.ever = true;
    return sites.map((site) => this.store.sites.index(this.process.info.idx, site));
  }

  /** Nothing more is heard: what is open ends with its thread. */
  close(): void {
    const { process } = this;
    process.functions.on = false;
    for (const { calls, info } of process.tracks) calls?.forget(info.endedNs ?? process.endNs);
  }
}
