// The programs in the documentation.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const README = new URL('../README.md', import.meta.url);
export const SERVERS = new URL('../../../docs/client-on-a-server.md', import.meta.url);

// Writes the programs to files, named as their first lines say, and returns the paths. Programs of the same name get folders of
// their own.
export async function programs(page, name, adapt = (program) => program) {
  const folder = fileURLToPath(new URL(`made/${name}`, import.meta.url));
  const text = await readFile(page, 'utf8');
  const blocks = [...text.matchAll(/^( *)```tsx?\n([^]*?)^ *```$/gm)];
  const taken = new Set();
  return Promise.all(
    blocks.map(async ([, indent, program], at) => {
      const [, named] = /^ *\/\/ (\S+\.tsx?)$/m.exec(program.split('\n', 1)[0]) ?? [];
      const file = named ?? `${at}.ts`;
      const path = join(folder, taken.has(file) ? `also-${at}` : '', file);
      taken.add(file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${adapt(program).replaceAll(`\n${indent}`, '\n')}\nexport {};\n`);
      return path;
    }),
  );
}

// Writes the programs of the README, with copies of the file that several of its apps use.
export async function readmePrograms(name, adapt) {
  const paths = await programs(README, name, adapt);
  const words = paths.find((path) => path.endsWith('/src/in-words.ts'));
  const places = ['in-words.ts', 'lib/in-words.ts'];
  await Promise.all(places.map((place) => cp(words, join(dirname(words), '..', place))));
  return paths;
}
