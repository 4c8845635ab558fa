// The programs that a page shows.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const README = new URL('../README.md', import.meta.url);
export const SERVERS = new URL('../../../docs/client-on-a-server.md', import.meta.url);

// Writes them to files, which their first lines may name, and returns the paths.
export async function programs(page, name, adapt = (program) => program) {
  const folder = fileURLToPath(new URL(`made/${name}`, import.meta.url));
  const text = await readFile(page, 'utf8');
  const found = [...text.matchAll(/^( *)```tsx?\n([^]*?)^ *```$/gm)];
  return Promise.all(
    found.map(async ([, indent, program], at) => {
      const [, named] = /^ *\/\/ (\S+\.tsx?)$/m.exec(program.split('\n', 1)[0]) ?? [];
      const path = join(folder, named ?? `${at}.ts`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${adapt(program).replaceAll(`\n${indent}`, '\n')}\nexport {};\n`);
      return path;
    }),
  );
}
