import { useSyncExternalStore } from 'react';

/** How a person wants to see things; kept in the browser. */
const CHOICES = {
  theme: ['system', 'light', 'dark'],
  time: ['local', 'UTC'],
  density: ['normal', 'dense'],
} as const;

export type Setting = keyof typeof CHOICES;
export type Settings = { readonly [S in Setting]: (typeof CHOICES)[S][number] };

export function choicesOf<S extends Setting>(setting: S): readonly Settings[S][] {
  const choices: { readonly [One in Setting]: readonly Settings[One][] } = CHOICES;
  return choices[setting];
}

function stored<S extends Setting>(setting: S): Settings[S] {
  const known = choicesOf(setting);
  const value = typeof localStorage === 'undefined' ? null : localStorage.getItem(`millrace.${setting}`);
  return known.find((choice) => choice === value) ?? (known[0] as Settings[S]);
}

let settings: Settings = { theme: stored('theme'), time: stored('time'), density: stored('density') };
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, () => settings);
}

export function choose<S extends Setting>(setting: S, value: Settings[S]): void {
  settings = { ...settings, [setting]: value };
  localStorage.setItem(`millrace.${setting}`, value);
  showSettings();
  for (const reader of readers) reader();
}

/** The choice behind the one that holds, and round again. */
export function turn(setting: Setting): void {
  const known = choicesOf(setting);
  const next = known[(known.indexOf(settings[setting]) + 1) % known.length];
  if (next !== undefined) choose(setting, next);
}

/** Has the styles follow the settings. */
export function showSettings(): void {
  const { dataset } = document.documentElement;
  if (settings.theme === 'system') delete dataset.theme;
  else dataset.theme = settings.theme;
  dataset.density = settings.density;
}
