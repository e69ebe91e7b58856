/** What works on this machine, what that means, and what to do about the rest: all on one page. Opened from the help menu. */
import { useEffect } from 'react';
import type { DoctorCheck, DoctorInterpreter, DoctorReport, DoctorStatus } from '../../shared/contract/types.ts';
import { copyText } from '../lib/clipboard.ts';
import { notify, notifyError } from '../store/ui.ts';
import { describeError } from '../transport/index.ts';
import { CopyIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/Notice.tsx';
import { examine, useDoctor } from './store.ts';
import { GROUPS, STATUS, tally } from './words.ts';
import './doctor.css';

async function copy(command: string): Promise<void> {
  if (await copyText(command)) notify('Copied the command');
  else notifyError(new Error('The browser did not allow copying to the clipboard.'));
}

function Status({ status }: { status: DoctorStatus }) {
  const { label, tone } = STATUS[status];
  return <span className={`badge ${tone}`}>{label}</span>;
}

function Remedy({ means, remedy, command }: Pick<DoctorCheck, 'means' | 'remedy' | 'command'>) {
  return (
    <>
      {means !== null && <div className="muted">{means}</div>}
      {remedy !== null && <div className="finding__remedy">→ {remedy}</div>}
      {command !== null && (
        <div className="finding__command">
          <code className="mono">{command}</code>
          <button
            type="button"
            className="btn btn--ghost btn--icon btn--small"
            aria-label={`Copy: ${command}`}
            data-testid="doctor-copy"
            onClick={() => void copy(command)}
          >
            <CopyIcon />
          </button>
        </div>
      )}
    </>
  );
}

function Finding({ check }: { check: DoctorCheck }) {
  return (
    <li className="finding" data-testid={`doctor-${check.id}`} data-status={check.status}>
      <Status status={check.status} />
      <strong>{check.title}</strong>
      <div className="finding__text">
        <div>{check.text}</div>
        <Remedy {...check} />
      </div>
    </li>
  );
}

function Python({ one }: { one: DoctorInterpreter }) {
  return (
    <li className="finding finding--python" data-testid="doctor-python-row" data-status={one.status}>
      <Status status={one.status} />
      <strong>{one.version ?? '?'}</strong>
      <span>{one.engine ?? '–'}</span>
      <div className="finding__text">
        <div className="mono ellipsis" title={one.path}>
          {one.path}
        </div>
        <div className="muted">{[one.source, ...one.build].join(', ')}</div>
        {one.reason !== null && <div>{one.reason}</div>}
        <Remedy means={one.means} remedy={one.remedy} command={null} />
      </div>
    </li>
  );
}

function Report({ report }: { report: DoctorReport }) {
  return (
    <>
      <div className="doctor__groups">
        {GROUPS.map(({ id, title }) => (
          <section key={id} className="card doctor__card" aria-label={title}>
            <h2>{title}</h2>
            <ul>
              {report.checks
                .filter(({ group }) => group === id)
                .map((check) => (
                  <Finding key={check.id} check={check} />
                ))}
            </ul>
          </section>
        ))}
      </div>
      <section className="card doctor__card" aria-label="Interpreters">
        <h2>Interpreters</h2>
        {report.interpreters.length === 0 && <p className="muted">None was found.</p>}
        <ul className="doctor__pythons">
          {report.interpreters.map((one) => (
            <Python key={one.path} one={one} />
          ))}
        </ul>
      </section>
    </>
  );
}

export function DoctorPage() {
  const { report, asking, error } = useDoctor();
  useEffect(() => void examine(), []);
  return (
    <div className="doctor" data-testid="doctor" aria-busy={asking}>
      <div className="doctor__inner">
        <div className="row">
          <h1>What works here</h1>
          {report !== null && (
            <span className="muted" data-testid="doctor-tally">
              {tally(report)} · gilscope {report.gilscope}, Node {report.node}, {report.platform}
            </span>
          )}
          <button
            type="button"
            className="btn doctor__again"
            data-testid="doctor-again"
            disabled={asking}
            onClick={() => void examine()}
          >
            {asking ? 'Looking…' : 'Look again'}
          </button>
        </div>
        {error !== null && <Notice tone="error" {...describeError(error)} />}
        {report !== null && <Report report={report} />}
        {report === null && asking && (
          <div className="empty">
            <span className="spinner" />
          </div>
        )}
      </div>
    </div>
  );
}
