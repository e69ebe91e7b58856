/** The switch interval of the running program, changed while it runs. */
import { useEffect, useRef, useState } from 'react';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { formatSetting } from '../lib/format.ts';
import { fromPosition, toPosition } from '../lib/logScale.ts';
import { call, describeError, isCancelled } from '../transport/index.ts';
import { Notice } from '../ui/Notice.tsx';

const SCALE = { low: 1e-5, high: 1 };
const DEFAULT_S = 0.005;
const SEND_AFTER_MS = 120;
const toMs = (s: number) => String(Number((s * 1000).toPrecision(6)));

/** Every living process of the session gets it: a pool's workers belong together. */
async function apply(session: SessionInfo, seconds: number): Promise<void> {
  const living = session.processes.filter((p) => p.endedNs === null);
  await Promise.all(
    living.map((p) =>
      call('session.setSwitchInterval', { id: session.id, process: p.idx, seconds }, { timeoutMs: 5000 }),
    ),
  );
}

export function IntervalPopover({ session, current }: { session: SessionInfo; current: number }) {
  const [value, setValue] = useState(current);
  const [typed, setTyped] = useState(toMs(current));
  const [error, setError] = useState<unknown>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (seconds: number, delay: number) => {
    setValue(seconds);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      apply(session, seconds).then(
        () => setError(null),
        (e: unknown) => {
          if (!isCancelled(e)) setError(e);
        },
      );
    }, delay);
  };
  const number = Number(typed) / 1000;
  const valid = typed.trim() !== '' && number >= 1e-6 && number <= 100;

  return (
    <div className="interval">
      <div>
        <strong>Switch interval</strong>
        <p className="muted small" style={{ marginTop: 2 }}>
          How long a thread keeps the GIL when others want it. Shorter: waiting threads get it sooner, at the price of
          more switches.
        </p>
      </div>
      <div>
        <input
          className="interval__range"
          type="range"
          min={0}
          max={1}
          step={0.002}
          aria-label="Switch interval"
          aria-valuetext={formatSetting(value)}
          data-testid="switch-interval-slider"
          value={toPosition(value, SCALE)}
          onChange={(event) => {
            const seconds = fromPosition(event.target.valueAsNumber, SCALE);
            setTyped(toMs(seconds));
            send(seconds, SEND_AFTER_MS);
          }}
        />
        <div className="interval__scale" aria-hidden="true">
          {['10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s'].map((mark) => (
            <span key={mark}>{mark}</span>
          ))}
        </div>
      </div>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) send(number, 0);
        }}
      >
        <input
          className="input interval__number num"
          inputMode="decimal"
          aria-label="Switch interval in milliseconds"
          aria-invalid={!valid}
          data-testid="switch-interval-ms"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <span className="muted">ms</span>
        <button type="submit" className="btn btn--small" disabled={!valid || number === current}>
          Set
        </button>
        <button
          type="button"
          className="btn btn--ghost btn--small"
          style={{ marginLeft: 'auto' }}
          onClick={() => {
            setTyped(toMs(DEFAULT_S));
            send(DEFAULT_S, 0);
          }}
        >
          Reset to 5 ms
        </button>
      </form>
      {!valid && <div className="field__error">A number of milliseconds from 0.001 to 100 000.</div>}
      {error !== null && <Notice tone="error" {...describeError(error)} />}
    </div>
  );
}
