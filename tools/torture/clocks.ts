import { existsSync, writeFileSync } from 'node:fs';

/** Where Debian and others keep it (package libfaketime); TWOFOLD_LIBFAKETIME names another place. */
const PLACES = [
  process.env['TWOFOLD_LIBFAKETIME'] ?? '',
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
];

/** null: there is none here, and clocks cannot be made to jump. */
export const libfaketime = (): string | null => PLACES.find((place) => place !== '' && existsSync(place)) ?? null;

export const NO_LIBFAKETIME =
  'clocks do not jump: there is no libfaketime here (Debian package libfaketime, or TWOFOLD_LIBFAKETIME)';

/**
 * With which a process has the time that the file says (`+3600`: an hour ahead), and looks at it every second. Only the
 * time of day: what elapses elapses as it does.
 */
export function clockEnvironment(file: string): Readonly<Record<string, string>> {
  const library = libfaketime();
  return library === null
    ? {}
    : {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        // Its remedy for old C libraries makes every wait of a JVM end at once.
        FAKETIME_FORCE_MONOTONIC_FIX: '0',
      };
}

/** Whoever has the time of this file jumps within a second. */
export const setClock = (file: string, aheadSeconds: number): void =>
  writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}`);
