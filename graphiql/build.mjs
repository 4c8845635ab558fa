/**
 * Bundles src/ into dist/: a fixed set of gzipped files that the binary embeds and serves.
 * Two runs give identical bytes.
 */
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

process.chdir(import.meta.dirname);

const OPTIONS = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: 'dist',
  platform: 'browser',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  define: { 'process.env.NODE_ENV': '"production"' },
  // They stand in licenses.txt, once and complete.
  legalComments: 'none',
  logLevel: 'warning',
};

const page = await build({
  ...OPTIONS,
  entryPoints: { graphiql: 'src/main.jsx' },
  // A module, so that workers.js knows its own address; no splitting, so that what GraphiQL
  // imports dynamically stays in the one file.
  format: 'esm',
  splitting: false,
  jsx: 'automatic',
  // Monaco's icon font and cursors.
  loader: { '.ttf': 'dataurl' },
});

const workers = await build({
  ...OPTIONS,
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  // Classic scripts, one file each.
  format: 'iife',
});

const files = new Map([['index.html', await readFile('src/index.html')]]);
for (const { path, contents } of [...page.outputFiles, ...workers.outputFiles]) {
  files.set(path.split('/').at(-1), contents);
}
files.set('licenses.txt', Buffer.from(await licenses([page.metafile, workers.metafile])));

await rm('dist', { recursive: true, force: true });
await mkdir('dist');
for (const [name, contents] of files) {
  const packed = gzip(contents);
  await writeFile(`dist/${name}.gz`, packed);
  console.log(`${name.padEnd(20)}${String(contents.length).padStart(9)}${String(packed.length).padStart(9)}`);
}

/** Node leaves the time in the header 0; the system it ran on (byte 9, RFC 1952) we set to "unknown". */
function gzip(contents) {
  const packed = gzipSync(contents, { level: 9 });
  packed[9] = 255;
  return packed;
}

/** The licences of the packages that are in the bundle, as most of them ask of every copy. */
async function licenses(metafiles) {
  const folders = new Set();
  for (const input of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) folders.add(match[1]);
  }
  const parts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const texts = [];
    for (const file of (await readdir(folder)).sort()) {
      if (/^(licen[cs]e|notice|thirdparty)/i.test(file)) {
        texts.push((await readFile(`${folder}/${file}`, 'utf8')).replaceAll('\r', '').trim());
      }
    }
    parts.push([`${name} ${version} (${license})`, ...texts].join('\n\n'));
  }
  return parts.join(`\n\n${'-'.repeat(78)}\n\n`) + '\n';
}
