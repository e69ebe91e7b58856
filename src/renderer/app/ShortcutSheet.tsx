/** All keys, on one sheet: `?`. */
import { PANELS } from '../store/panels.ts';
import { useUi } from '../store/ui.ts';
import { Dialog } from '../ui/Dialog.tsx';

const MOD = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';

const GROUPS: readonly { title: string; keys: readonly (readonly [string, readonly string[]])[] }[] = [
  {
    title: 'Timeline',
    keys: [
      ['Zoom in, out', ['W', 'S']],
      ['Move left, right', ['A', 'D']],
      ['Zoom at the mouse', ['wheel']],
      ['Select a range', ['drag']],
      ['Zoom to the range', ['Z']],
      ['Whole session', ['0']],
      ['Start, end', ['Home', 'End']],
      ['Back to the view before', ['Backspace']],
      ['Follow the live edge', ['F']],
      ['Step through intervals', ['←', '→']],
      ['Change lane', ['↑', '↓']],
      ['Details of an interval', ['Enter']],
      ['Close details, clear the range', ['Esc']],
    ],
  },
  {
    title: 'Window',
    keys: [
      ...PANELS.map((panel, i) => [panel.label, [MOD, String(i + 1)]] as const),
      ['Launch', [MOD, 'Enter']],
      ['Attach to a running program', [MOD, 'Shift', 'A']],
      ['Export', [MOD, 'E']],
      ['Resize panels, on their upper edge', ['↑', '↓']],
      ['What the words mean; of what is pointed at', ['F1']],
      ['This sheet', ['?']],
    ],
  },
];

export function ShortcutSheet() {
  return (
    <Dialog title="Keyboard" width={640} testId="shortcuts" onClose={() => useUi.setState({ shortcutsOpen: false })}>
      <div className="shortcuts">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <ul>
              {group.keys.map(([what, keys]) => (
                <li key={what}>
                  <span>{what}</span>
                  <span className="row" style={{ gap: 4 }}>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
