import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** One regular font for each script, from the packages that are installed with the server: what the machine has does not matter. */
const fontFiles: readonly (() => string)[] = [
  // Latin, Greek, Cyrillic.
  () => require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  () => require.resolve('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
  () => require.resolve('@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf'),
  () => require.resolve('@expo-google-fonts/noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf'),
  // Chinese, and kanji and kana.
  () => path.resolve(path.dirname(require.resolve('@embedpdf/fonts-sc')), '../fonts/NotoSansHans-Regular.otf'),
  () => require.resolve('@expo-google-fonts/nanum-gothic/400Regular/NanumGothic_400Regular.ttf'),
];

/** What the regular fonts become where a Presentation State asks for bold or italic: thicker, and slanted. */
const boldAndItalic = `
<match target="font">
  <test name="weight" compare="less_eq"><const>medium</const></test>
  <test target="pattern" name="weight" compare="more_eq"><const>bold</const></test>
  <edit name="embolden" mode="assign"><bool>true</bool></edit>
</match>
<match target="font">
  <test name="slant"><const>roman</const></test>
  <test target="pattern" name="slant" compare="not_eq"><const>roman</const></test>
  <edit name="matrix" mode="assign">
    <times>
      <name>matrix</name>
      <matrix><double>1</double><double>0.2</double><double>0</double><double>1</double></matrix>
    </times>
  </edit>
</match>
`;

/**
 * Has this process write text with the fonts that come with the server. To be called on the main thread before any text is
 * drawn: the library reads the environment once, and that of the process, which a worker thread cannot change.
 *
 * @param folder where the list of fonts and what is found out about them are kept; a temporary one if it is left out
 */
export function useInstalledFonts(folder = temporaryFolder()): void {
  const linked = path.join(folder, 'files');
  mkdirSync(linked, { recursive: true });
  for (const find of fontFiles) {
    const file = find();
    link(file, path.join(linked, path.basename(file)));
  }
  const configuration = path.join(folder, 'fonts.conf');
  writeFileSync(
    configuration,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${escaped(linked)}</dir><cachedir>${escaped(path.join(folder, 'facts'))}</cachedir>${boldAndItalic}</fontconfig>\n`,
  );
  process.env.FONTCONFIG_FILE = configuration;
}

let temporary: string | undefined;

/** One for the process, gone when it ends. */
function temporaryFolder(): string {
  if (temporary === undefined) {
    const made = mkdtempSync(path.join(os.tmpdir(), 'fiducial-fonts-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    temporary = made;
  }
  return temporary;
}

function link(file: string, at: string): void {
  try {
    if (readlinkSync(at) === file) return;
  } catch {
    // Nothing is there yet.
  }
  rmSync(at, { force: true });
  symlinkSync(file, at);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
