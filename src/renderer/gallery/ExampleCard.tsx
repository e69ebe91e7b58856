/** One example: what it proves, what to look for, and one click that runs it. */
import { useState } from 'react';
import { atSlider, isComparison, showsOn, sliderDefault } from '../../shared/examples.ts';
import type { Example, ExampleSlider, Interpreter } from '../../shared/contract/types.ts';
import { interpreterName } from '../../shared/interpreters.ts';
import { fromPosition, toPosition } from '../lib/logScale.ts';
import { PlayIcon } from '../ui/icons.tsx';

interface Props {
  example: Example;
  /** Null: there is none to run it with. */
  python: Interpreter | null;
  /** `waiting`: another one is being started. */
  state: 'ready' | 'starting' | 'waiting';
  onRun: (example: Example) => void;
}

export function ExampleCard({ example, python, state, onRun }: Props) {
  const [ms, setMs] = useState(() => sliderDefault(example));
  const chosen = ms === null ? example : atSlider(example, ms);
  const shows = python === null || showsOn(example, python.version);
  const id = `example-${example.id}`;
  return (
    <article className="example" aria-labelledby={`${id}-title`}>
      <button
        type="button"
        className="example__run"
        data-testid={id}
        disabled={python === null || state !== 'ready' || !shows}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text ${id}-look`}
        onClick={() => onRun(chosen)}
      >
        <span className="example__icon">
          {state === 'starting' ? <span className="spinner" /> : <PlayIcon size={14} />}
        </span>
        <span className="example__words">
          <span className="example__head">
            <span className="example__title" id={`${id}-title`}>
              {example.title}
            </span>
            {isComparison(example) && <span className="badge">side by side</span>}
          </span>
          <span id={`${id}-text`}>{example.text}</span>
          <span className="muted small" id={`${id}-look`}>
            <strong>Look for:</strong> {example.look}
          </span>
        </span>
      </button>
      {!shows && (
        <p className="example__not small" role="note" data-testid={`${id}-not`}>
          Needs Python {example.minPython} or later; {interpreterName(python)} is chosen above.
        </p>
      )}
      {example.slider !== null && ms !== null && (
        <Slider slider={example.slider} ms={ms} testId={`${id}-slider`} onChange={setMs} />
      )}
    </article>
  );
}

interface SliderProps {
  slider: ExampleSlider;
  ms: number;
  testId: string;
  onChange: (ms: number) => void;
}

function Slider({ slider, ms, testId, onChange }: SliderProps) {
  return (
    <label className="example__slider">
      <span className="muted small">{slider.label}</span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        data-testid={testId}
        aria-valuetext={`${ms} ms`}
        value={toPosition(ms, slider)}
        onChange={(event) => onChange(fromPosition(event.target.valueAsNumber, slider))}
      />
      <output className="num">{ms} ms</output>
    </label>
  );
}
