/** Theme and help, at the end of the top bar. */
import { HelpSheet } from '../help/HelpSheet.tsx';
import { openHelp } from '../help/store.ts';
import { useHelpKey } from '../help/useHelpKey.ts';
import { useSettings } from '../store/settings.ts';
import { useUi } from '../store/ui.ts';
import { useThemeStore, type ThemeChoice } from '../theme/theme.ts';
import { MenuButton, type MenuItem } from '../ui/Menu.tsx';
import { HelpIcon, MoonIcon, SunIcon, SystemIcon } from '../ui/icons.tsx';

const CHOICES: readonly { choice: ThemeChoice; label: string }[] = [
  { choice: 'system', label: 'Follow the system' },
  { choice: 'light', label: 'Light' },
  { choice: 'dark', label: 'Dark' },
];
const ICON = { system: SystemIcon, light: SunIcon, dark: MoonIcon };

const HELP: readonly MenuItem[] = [
  { id: 'words', label: 'What the words mean', hint: 'F1', onPick: () => openHelp('hold') },
  { id: 'gil', label: 'What the GIL is', onPick: () => openHelp('gil') },
  { id: 'choose', label: 'Threads or processes?', onPick: () => openHelp('threads-or-processes') },
  { id: 'shortcuts', label: 'Keyboard shortcuts', hint: '?', onPick: () => useUi.setState({ shortcutsOpen: true }) },
  { id: 'doctor', label: 'What works on this machine', onPick: () => useUi.getState().go('doctor') },
];

export function AppMenu() {
  useHelpKey();
  const choice = useThemeStore((s) => s.choice);
  const patch = useSettings((s) => s.patch);
  const Icon = ICON[choice];
  return (
    <>
      <MenuButton
        label="Theme"
        className="btn btn--ghost btn--icon btn--small"
        testId="theme"
        items={CHOICES.map((c) => ({
          id: `theme-${c.choice}`,
          label: c.choice === choice ? `${c.label} ✓` : c.label,
          onPick: () => patch({ theme: c.choice }),
        }))}
      >
        <Icon />
      </MenuButton>
      <MenuButton label="Help" className="btn btn--ghost btn--icon btn--small" testId="help-menu" items={HELP}>
        <HelpIcon />
      </MenuButton>
      <HelpSheet />
    </>
  );
}
